import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import type { ImportReport } from '../import-report.ts';
import { type Dump, dumpArchives, rowsOf } from '../testing/dump-archives.ts';
import { type LogKit, logKits, type MadeLog, type Totals } from '../testing/kits/index.ts';

const deepMs = 600_000;
const numRuns = process.env.VARVE_DEEP ? 150 : 6;

/** Writes a log over what is there, with a time that tells this from other moments. */
function writeLog(dir: string, { files }: Pick<MadeLog, 'files'>, at = 1_700_000_000): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    writeFileSync(path, content);
    utimesSync(path, at, at);
  }
}

function readStamps(dir: string) {
  const names = readdirSync(dir).filter((name) => name.endsWith('.db'));
  return names.map((name) => {
    const path = join(dir, name);
    return [name, statSync(path).ino, readFileSync(path).toString('base64')];
  });
}

const movesOf = (kit: LogKit) => fc.array(fc.constantFrom(...kit.moves), { maxLength: 24 });

function totalsOf(dumps: Record<string, Dump>): Totals {
  const total = (column: string) =>
    rowsOf(dumps, 'model_calls').reduce((sum, row) => sum + Number(row[column] ?? 0), 0);
  return {
    input: total('input_tokens'),
    output: total('output_tokens'),
    cached: total('cache_read_input_tokens'),
    reasoning: total('reasoning_output_tokens'),
    usd: total('cost_usd'),
    calls: rowsOf(dumps, 'tool_calls').length,
  };
}

/** Each of these records gives a message, or is kept whole. */
function assertEachCounted(report: ImportReport, dumps: Record<string, Dump>, headers: number): void {
  const skipped = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
  const rows = rowsOf(dumps, 'messages').length + rowsOf(dumps, 'intermediate_results').length;
  expect(rows + headers).toBe(report.records - skipped);
}

/** Of these a record that is no message is the session itself. */
const headers: Readonly<Record<string, number>> = { 'claude-code': 0, codex: 0, pi: 1 };

describe.each(logKits.map((kit) => [kit.name, kit] as const))('logs of %s', (_name, kit) => {
  it(
    'have the calls and the usage that were put in, each record in one place, and once',
    async () => {
      await fc.assert(
        fc.asyncProperty(movesOf(kit), async (moves) => {
          const [from, into] = [makeTestFolder(), makeTestFolder()];
          const made = kit.make(moves);
          writeLog(from, made);
          const report = await importLogs(kit.format, from, { into });
          const dumps = dumpArchives(into);
          expect(report.problems).toEqual([]);
          expect(totalsOf(dumps)).toEqual(made.totals);
          if (kit.format in headers) assertEachCounted(report, dumps, headers[kit.format] ?? 0);
          const before = readStamps(into);
          expect(await importLogs(kit.format, from, { into })).toMatchObject({ added: 0, changed: 0 });
          rmSync(join(into, '.varve-imports.json'), { force: true });
          expect(await importLogs(kit.format, from, { into })).toMatchObject({ added: 0, changed: 0 });
          expect(readStamps(into)).toEqual(before);
        }),
        { numRuns },
      );
    },
    deepMs,
  );

  it(
    'give the same whether they are imported at once or while they grow',
    async () => {
      await fc.assert(
        fc.asyncProperty(movesOf(kit), fc.nat(), fc.boolean(), async (moves, cut, isTorn) => {
          const [from, grown, whole] = [makeTestFolder(), makeTestFolder(), makeTestFolder()];
          const length = cut % (moves.length + 1);
          const before = cutOff(kit.make(moves.slice(0, length)), isTorn ? cut % 40 : 0);
          const made = kit.make(moves);
          // Times that a log does not tell are its file's; what only grew tells so by its size.
          writeLog(from, before, kit.name.startsWith('opencode database') ? 1_600_000_000 : undefined);
          await importLogs(kit.format, from, { into: grown });
          writeLog(from, made);
          await importLogs(kit.format, from, { into: grown });
          const report = await importLogs(kit.format, from, { into: whole });
          expect(report.problems).toEqual([]);
          expect(withoutPlaces(dumpArchives(grown))).toEqual(withoutPlaces(dumpArchives(whole)));
        }),
        { numRuns },
      );
    },
    deepMs,
  );
});

/** A session that is one record of many is as it was where only its place among them is another. */
function withoutPlaces(dumps: Record<string, Dump>) {
  const isPlace = (key: unknown) => String(key).startsWith('record ');
  const entries = Object.entries(dumps).map(([id, { sources, ...dump }]) => {
    const told = sources.map((row) =>
      isPlace(row.last_record_key) ? { ...row, last_record_key: null } : row,
    );
    return [id, { ...dump, sources: told }];
  });
  return Object.fromEntries(entries);
}

/** What a writer in the middle of its last line has left. */
function cutOff({ files }: MadeLog, count: number): Pick<MadeLog, 'files'> {
  const entries = Object.entries(files).map(([name, content]) => {
    const isLines = name.endsWith('.jsonl') && typeof content === 'string';
    return [
      name,
      isLines ? content.slice(0, Math.max(content.indexOf('\n') + 1, content.length - count)) : content,
    ];
  });
  return { files: Object.fromEntries(entries) };
}
