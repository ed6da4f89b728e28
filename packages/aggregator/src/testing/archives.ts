import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { lineage } from './fixture-lineage.ts';

/** An empty folder that goes with the test. */
export function makeFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'varve-aggregator-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The id of the n-th session. */
export function uuidOf(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

/** Writes an archive as the code of a version would have: a session with three tool calls. */
export function writeArchive(path: string, version: number, sessionId = path): string {
  mkdirSync(dirname(path), { recursive: true });
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, version));
  sqlite.prepare('INSERT INTO sessions VALUES (?, ?)').run(sessionId, `agent ${version}`);
  const insert = sqlite.prepare(
    `INSERT INTO tool_calls (seq, session_id, ${version < 3 ? 'tool' : 'tool_name'}) VALUES (?, ?, ?)`,
  );
  for (const [at, tool] of ['grep', 'read', 'write'].entries()) insert.run(at + 1, sessionId, tool);
  sqlite.close();
  return path;
}

/** Every file below a folder, with its digest and time. */
export function fingerprint(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(dir, name)).isFile())
      .map((name) => [name, `${digest(join(dir, name))} ${statSync(join(dir, name)).mtimeMs}`]),
  );
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Runs work without the rights of root, which may read everything. */
export async function asNobody(work: () => void | Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
