import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { queryArchives } from '../query/query-archives.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, type UnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const samples = isDeep ? 20_000 : 80;
const firstSeed = Number(process.env.VARVE_SEED ?? 0);

/** The same numbers in every run. */
function numbersOf(seed: number): (below: number) => number {
  const bytes = createHash('sha512').update(String(seed)).digest();
  let at = 0;
  return (below) => bytes.readUInt32BE((at++ % 16) * 4) % below;
}

type Damage = (bytes: Buffer, pick: (below: number) => number) => Buffer;

function setByte(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

const pageBytes = 4096;
const pageOf = (bytes: Buffer, page: number) => bytes.subarray(page * pageBytes, (page + 1) * pageBytes);
const pagesOf = (bytes: Buffer) => Math.floor(bytes.length / pageBytes);

/** Single bytes: anywhere, in the file's header, in the schema, in a page's own header and cell pointers. Whole pages. */
const damages: Record<string, Damage> = {
  'a byte anywhere': (bytes, pick) => setByte(bytes, pick(bytes.length), pick(256)),
  'a byte of the header': (bytes, pick) => setByte(bytes, pick(100), pick(256)),
  'a byte of the schema': (bytes, pick) => setByte(bytes, 100 + pick(pageBytes - 100), pick(256)),
  'a byte of a page’s head': (bytes, pick) =>
    setByte(bytes, pick(pagesOf(bytes)) * pageBytes + pick(24), pick(256)),
  'a byte of a cell': (bytes, pick) =>
    setByte(bytes, pick(pagesOf(bytes)) * pageBytes + pageBytes - 1 - pick(300), pick(256)),
  'a page of one byte': (bytes, pick) => {
    pageOf(bytes, pick(pagesOf(bytes))).fill([0, 0xff, 0x0d, 0x05][pick(4)] ?? 0);
    return bytes;
  },
  'a page that is another': (bytes, pick) => {
    pageOf(bytes, pick(pagesOf(bytes))).set(Buffer.from(pageOf(bytes, pick(pagesOf(bytes)))));
    return bytes;
  },
  'the end gone': (bytes, pick) => bytes.subarray(0, pick(bytes.length)),
};

it('whatever is damaged in one archive, the others are read to the last row, in a view and in a query', {
  timeout: 6 * 3_600_000,
}, async () => {
  const [models, work] = [makeFolder(), makeFolder()];
  const paths = Array.from({ length: 3 }, (_, at) => join(work, 'fleet', `${at}.db`));
  const originals = Array.from({ length: head }, (_, at) =>
    readFileSync(writeArchive(join(models, `${at}.db`), at + 1, `model ${at}`)),
  );
  writeArchive(paths[0] as string, 1);
  writeArchive(paths[2] as string, head);
  copyFileSync(join(models, '0.db'), paths[1] as string);
  const expected = without(paths[1], unionOfUpgraded(paths, lineage, work));
  const counts = { read: 0, named: 0 };
  const kinds = Object.entries(damages);
  for (let seed = firstSeed; seed < firstSeed + samples; seed++) {
    const [kind, damage] = kinds[seed % kinds.length] as [string, Damage];
    const what = `VARVE_SEED=${seed}: ${kind}`;
    const original = originals[(seed >> 3) % head] as Buffer;
    writeFileSync(paths[1] as string, damage(Buffer.from(original), numbersOf(seed)));
    const problems = await readBoth(paths, work, expected, what);
    counts[problems === 0 ? 'read' : 'named'] += 1;
    if ((seed + 1) % 1000 === 0) console.log(what, counts);
  }
  expect(counts.named).toBeGreaterThan(samples / 10);
  expect(counts.read).toBeGreaterThan(samples / 10);
});

async function readBoth(
  paths: readonly string[],
  work: string,
  expected: UnifiedRows,
  what: string,
): Promise<number> {
  const [, damaged] = paths;
  const into = join(work, 'view.db');
  rmSync(into, { force: true });
  using unified = await openUnified(into, { lineage, archives: [...paths], jobs: 1 });
  expect(without(damaged, readUnifiedRows(unified.sqlite, lineage)), what).toEqual(expected);
  const { rows, problems } = await queryArchives(
    [...paths],
    `SELECT tool_name, count(*) FROM tool_calls WHERE session_id LIKE '%/fleet/%' GROUP BY 1 ORDER BY 1`,
    { lineage },
  );
  expect(rows, what).toEqual(['grep', 'read', 'write'].map((tool) => [tool, 2n]));
  for (const { path, code, message } of [...unified.problems, ...problems]) {
    expect([path, code], what).toEqual([damaged, expect.not.stringMatching('INTERNAL')]);
    expect(message, what).not.toContain('a defect');
  }
  return unified.problems.length;
}

function without(path: string | undefined, rows: UnifiedRows): UnifiedRows {
  return Object.fromEntries(
    Object.entries(rows).map(([table, list]) => [table, list.filter((row) => row[0] !== path)]),
  );
}
