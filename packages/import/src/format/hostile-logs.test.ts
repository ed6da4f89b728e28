import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openArchive } from '@varve/core';
import { standardLineage } from '@varve/migrations';
import {
  createSelectRowSchema,
  intermediateResults,
  messages,
  modelCalls,
  outputs,
  sessions,
  sources,
  toolCalls,
} from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import type { ImportReport } from '../import-report.ts';
import { dumpArchives, rowsOf } from '../testing/dump-archives.ts';
import { type LogKit, logKits } from '../testing/kits/index.ts';

const deepMs = 600_000;
const numRuns = process.env.VARVE_DEEP ? 200 : 8;

/** What a field may hold in a version of an agent that nobody here has seen. */
const oddValues: readonly unknown[] = [
  ...[null, 0, -1, 3.7, 1e20, -1e20, 1e308, Number.MAX_SAFE_INTEGER, true, false],
  ...['', 'x', '\u0000', '\ud800', '9999-99-99', '{"a":', 'Infinity'],
  ...[[], {}, [[]], [null], [1, 'a', { type: 5 }], { type: null }, { id: {} }, { length: 3 }],
];

type Draw = () => number;

/** Some values in the place of others, keys that have gone, that have other names, that are new. */
function mutate(value: unknown, draw: Draw, odds: number): unknown {
  const isHit = () => draw() < odds;
  if (isHit()) return oddValues[Math.floor(draw() * oddValues.length)];
  if (Array.isArray(value)) return value.flatMap((it) => (isHit() ? [it, it] : [mutate(it, draw, odds)]));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, it]) => {
    if (isHit()) return [];
    return [[isHit() ? `${key}X` : key, mutate(it, draw, odds)]];
  });
  return Object.fromEntries(isHit() ? [...entries, ['unknown', {}]] : entries);
}

function mutateText(text: string, draw: Draw, odds: number): string {
  try {
    return JSON.stringify(mutate(JSON.parse(text), draw, odds));
  } catch {
    return text;
  }
}

/** The log of another version, on another system, that broke off somewhere. */
function makeHostile(name: string, text: string, seed: number): string {
  let state = seed;
  const draw = () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const odds = [0.002, 0.02, 0.1][Math.floor(draw() * 3)] ?? 0.1;
  const lineBreak = draw() < 0.3 ? '\r\n' : '\n';
  const lines = name.endsWith('.jsonl') ? text.split('\n') : [text];
  const whole = lines.map((line) => mutateText(line, draw, odds)).join(lineBreak);
  const cut = draw() < 0.3 ? whole.slice(0, Math.floor(draw() * whole.length)) : whole;
  return (draw() < 0.2 ? '\ufeff' : '') + cut;
}

function writeFiles(files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = makeTestFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  return dir;
}

const tables = [sessions, messages, modelCalls, toolCalls, intermediateResults, outputs, sources];

/** Every value is of its column's type, and every reference leads somewhere. */
function assertSound(into: string, ids: readonly string[]): void {
  for (const id of ids) {
    using archive = openArchive(join(into, `${id}.db`), { lineage: standardLineage });
    expect(archive.sqlite.pragma('foreign_key_check')).toEqual([]);
    for (const table of tables) {
      const schema = createSelectRowSchema(table);
      const rows = archive.db.select().from(table).all();
      expect(rows.flatMap((row) => schema.safeParse(row).error?.issues ?? [])).toEqual([]);
    }
  }
}

const textKits = logKits.filter(({ name }) => !name.startsWith('opencode database'));

describe.each(textKits.map((kit) => [kit.name, kit] as const))('logs of %s', (_name, kit) => {
  it(
    'whatever their fields hold, give rows that fit their tables, and the same ones again',
    async () => {
      const moves = fc.array(fc.constantFrom(...kit.moves), { minLength: 1, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(moves, fc.nat(), async (moves, seed) => {
          const from = writeFiles(makeHostileFiles(kit, moves, seed));
          const into = makeTestFolder();
          const report = await importLogs(seed % 2 === 0 ? kit.format : 'auto', from, { into });
          expect(report.problems).toEqual([]);
          assertSound(into, Object.keys(dumpArchives(into)));
          expect(await importLogs(kit.format, from, { into })).toMatchObject({ changed: 0 });
        }),
        { numRuns },
      );
    },
    deepMs,
  );
});

function makeHostileFiles(kit: LogKit, moves: readonly string[], seed: number) {
  const entries = Object.entries(kit.make(moves).files).map(([name, content], at) => {
    return [name, makeHostile(name, String(content), seed + at)] as const;
  });
  return Object.fromEntries(entries);
}

describe('a file', () => {
  const lineFormats = ['claude-code', 'codex', 'pi', 'openai-chat', 'otlp'];

  it.each([
    ['that is empty', ''],
    ['of blank lines', '\n\r\n \n'],
    ['of zeros', '\0'.repeat(5000)],
    ['of nothing but brackets', '['.repeat(100_000)],
    ['that is a number', '17'],
    ['of another kind', 'hello, world\n'],
  ])('%s is no log, and is only named when it was asked for by name', async (_title, content) => {
    const from = writeFiles({ 'file.jsonl': content });
    for (const format of ['auto', ...lineFormats]) {
      const into = makeTestFolder();
      expect(await importLogs(format, from, { into })).toMatchObject({ otherFiles: 1, problems: [] });
      const named = await importLogs(format, join(from, 'file.jsonl'), { into });
      expect(named.problems).toMatchObject([{ code: 'LOG_UNRECOGNISED' }]);
    }
  });

  it.each(lineFormats)('of %s keeps the lines behind a first one that is torn', async (format) => {
    const kit = logKits.find((it) => it.format === format);
    const [[name, text] = ['', '']] = Object.entries(kit?.make(['ask', 'chat', 'answer']).files ?? {});
    const reports: ImportReport[] = [];
    for (const start of ['', '{"torn":"\n', '\0\0\n', '[1]\n']) {
      const into = makeTestFolder();
      reports.push(await importLogs('auto', writeFiles({ [name]: start + text }), { into }));
    }
    const [whole, ...others] = reports.map(({ records, rows, skipped }) => ({
      rows,
      mapped: records - Object.values(skipped).reduce((sum, count) => sum + count, 0),
    }));
    expect(others).toEqual(others.map(() => whole));
  });

  it('with a line of 100 MB costs the memory of that line, and keeps the others', async () => {
    const line = (n: number, content: string) =>
      `{"type":"user","uuid":"u${n}","sessionId":"s","message":{"role":"user","content":"${content}"}}\n`;
    const from = writeFiles({ 's.jsonl': line(1, 'a') + line(2, 'b'.repeat(100_000_000)) + line(3, 'c') });
    const into = makeTestFolder();
    expect(await importLogs('auto', from, { into })).toMatchObject({ records: 3, problems: [] });
    expect(rowsOf(dumpArchives(into), 'messages').map(({ parts }) => String(parts).length)).toEqual([
      31, 100_000_030, 31,
    ]);
  });
});
