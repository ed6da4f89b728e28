import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openUnified, upgradeArchives } from '@varve/aggregator';
import { recoverSessions } from '@varve/core';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { head, history as lineage, writeFileAt } from '../../packages/core/src/testing/history.ts';
import { type Program, programHasEnded, startProgram } from '../../packages/core/src/testing/run-program.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const [processes, kills, oldFiles] = [8, 100, 40];

/** What others are at with the same file, or have just done with it. */
const passing = new Set([
  'ARCHIVE_EXISTS',
  'FILE_BUSY',
  'FILE_CHANGED',
  'FILE_NOT_FOUND',
  'RESTORE_REFUSED',
  'SESSION_LIVE',
  'SESSION_LOCKED',
]);

interface Run {
  readonly program: Program;
  /** It has begun to work. */
  readonly isReady: Promise<void>;
  readonly hasEnded: Promise<void>;
}

it.runIf(isDeep)(
  'loses no row and leaves nothing half done among eight processes that are killed a hundred times',
  { timeout: 3_600_000 },
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'varve-together-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    writeOldFiles(dir);
    const lines: string[] = [];
    let started = 0;
    const start = () => startRun(dir, started++, lines);
    const runs = Array.from({ length: processes }, start);
    for (let kill = 0; kill < kills; kill++) {
      const at = (kill * 5) % processes;
      const run = runs[at] as Run;
      await run.isReady;
      await setTimeout((kill * 137) % 400);
      await end(run);
      runs[at] = start();
    }
    for (const run of runs) await end(run);
    await checkAll(dir, lines);
  },
);

function writeOldFiles(dir: string): void {
  const archives = join(dir, 'archives');
  mkdirSync(join(dir, 'live'));
  mkdirSync(archives);
  for (let at = 0; at < oldFiles; at++)
    writeFileAt(archives, (at % (head - 1)) + 1, {
      name: `old-${at}.db`,
      sql: `UPDATE decisions SET summary = 'old-${at} ' || seq`,
    });
}

function startRun(dir: string, number: number, lines: string[]): Run {
  const file = new URL('testing/live-together.ts', import.meta.url).pathname;
  const program = startProgram(file, dir, String(number));
  const ready = Promise.withResolvers<void>();
  return { program, isReady: ready.promise, hasEnded: collect(program, lines, ready.resolve) };
}

async function end({ program, hasEnded }: Run): Promise<void> {
  await program.kill();
  await hasEnded;
}

/** Its first line says that it begins, or that it could not. */
async function collect(program: Program, lines: string[], onFirst: () => void): Promise<void> {
  for (let line = await program.nextLine(); line !== programHasEnded; line = await program.nextLine()) {
    lines.push(line);
    onFirst();
  }
  onFirst();
}

async function checkAll(dir: string, lines: readonly string[]): Promise<void> {
  const [live, archives] = [join(dir, 'live'), join(dir, 'archives')];
  expect(lines.filter((line) => line.startsWith('defect'))).toEqual([]);
  const odd = lines.filter((line) => line.startsWith('problem') && !passing.has(line.split(' ')[1] ?? ''));
  expect(odd).toEqual([]);
  // What any next run does.
  expect(recoverSessions(live, { lineage, archiveDir: archives })).toMatchObject({ live: [], failed: [] });
  expect(readdirSync(live)).toEqual([]);
  const report = await upgradeArchives(archives, { lineage, acceptLoss: true });
  expect(report.failed).toEqual([]);
  const names = readdirSync(archives);
  expect(names.filter((name) => !name.endsWith('.db'))).toEqual([]);
  expect(names.filter((name) => name.startsWith('old-'))).toHaveLength(oldFiles);
  for (const name of names) expect([name, stateOf(join(archives, name))]).toEqual([name, 'ok sealed']);
  using unified = await openUnified(join(dir, 'view.db'), { lineage, archives });
  expect([unified.problems, unified.sqlite.pragma('integrity_check', { simple: true })]).toEqual([[], 'ok']);
  const found = unified.sqlite.prepare('SELECT summary FROM decisions').pluck().all() as string[];
  const seen = new Map<string, number>();
  for (const summary of found) seen.set(summary, (seen.get(summary) ?? 0) + 1);
  expect([...seen].filter(([, count]) => count > 1)).toEqual([]);
  const rows = lines.filter((line) => line.startsWith('row ')).map((line) => line.slice('row '.length));
  const old = Array.from({ length: oldFiles }, (_, at) => [1, 2, 3].map((seq) => `old-${at} ${seq}`)).flat();
  expect(rows.length).toBeGreaterThan(100);
  expect([...rows, ...old].filter((row) => !seen.has(row))).toEqual([]);
}

function stateOf(path: string): string {
  const sqlite = new Database(path, { readonly: true });
  try {
    const isSealed = readFileSync(path)[18] === 1 && statSync(path).isFile();
    return `${sqlite.pragma('integrity_check', { simple: true })} ${isSealed ? 'sealed' : 'in WAL mode'}`;
  } finally {
    sqlite.close();
  }
}
