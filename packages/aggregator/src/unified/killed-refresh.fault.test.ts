import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { searchUnified } from '../search/search-unified.ts';
import { fingerprint, makeFolder, uuidOf, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { batchSize } from './ingest-batch.ts';
import { openUnified } from './open-unified.ts';
import { readSearchIndexes } from './search-index.ts';

const program = join(import.meta.dirname, '../testing/refresh-program.ts');
const isDeep = process.env.VARVE_DEEP === '1';
const rounds = isDeep ? 200 : 2;

/**
 * Kills a refresh some milliseconds after it said that so many archives are done, wherever it is by then. Returns the
 * last it said.
 */
async function killRefresh(
  [file, dir, jobs]: readonly [string, string, number],
  afterDone: number,
  delayMs: number,
): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=@varve/source', program, file, dir, `${jobs}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let last = '';
  for await (const line of createInterface(child.stdout)) {
    last = line;
    if (Number(line) < afterDone) continue;
    await setTimeout(delayMs);
    child.kill('SIGKILL');
  }
  await exit;
  return last;
}

/** 48 archives of 40 sessions, and four files of which nothing can be read. */
function writeArchives(dir: string): void {
  for (let at = 0; at < 48; at++) writeArchive(join(dir, `${at}.db`), (at % head) + 1, uuidOf(at % 40));
  writeFileSync(join(dir, '12-text.db'), 'no database');
  const bytes = readFileSync(writeArchive(join(dir, '17-torn.db'), 2));
  writeFileSync(join(dir, '17-torn.db'), bytes.subarray(0, bytes.length - 4096));
  writeFileSync(join(dir, '23-damaged.db'), Buffer.from(bytes).fill(0xff, 4096));
  const other = new Database(writeArchive(join(dir, '31-other.db'), 3));
  other.exec('DROP TABLE tool_calls');
  other.close();
}

function assertWhole(file: string, work: string): void {
  const sqlite = new Database(file);
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  const counted = sqlite
    .prepare<[], string>(`SELECT path FROM _archives WHERE state = 'unified'`)
    .pluck()
    .all();
  const rows = readUnifiedRows(sqlite, lineage);
  const isIndexed = readSearchIndexes(sqlite).length > 0;
  if (isIndexed) {
    sqlite.exec(`INSERT INTO _search_tool_calls (_search_tool_calls, rank) VALUES ('integrity-check', 1)`);
  }
  sqlite.close();
  expect(rows).toEqual(unionOfUpgraded(counted, lineage, work));
  if (isIndexed) expect(searchUnified(file, 'grep', { limit: 99 })).toHaveLength(counted.length);
}

it('is whole after a kill at any moment: rows, full-text index, and one archive a session', {
  timeout: 3_600_000,
}, async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  writeArchives(dir);
  const before = fingerprint(dir);
  const file = join(work, 'u.db');
  const moments = { 'before the first batch': 0, 'among batches': 0, 'after the last': 0 };
  for (let round = 0; round < rounds; round++) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true });
    // A view that is there already is written in another way than one that is filled for the first time.
    if (round % 2 === 0) (await openUnified(file, { lineage, archives: makeFolder(), search: true })).close();
    const last = await killRefresh(
      [file, dir, 1 + (round % 3)],
      batchSize * ((round + 1) % 5),
      (round * 7) % 23,
    );
    if (last === 'finished') moments['after the last']++;
    else moments[last === '0' ? 'before the first batch' : 'among batches']++;
    if (!existsSync(file)) continue;
    const copy = join(makeFolder(), 'u.db');
    for (const suffix of ['', '-wal', '-journal'])
      if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
    assertWhole(file, work);
    // As it was left, without anybody to undo half a transaction first.
    if (round % 10 === 0) (await openUnified(copy, { lineage, archives: dir })).close();
  }
  if (isDeep) {
    console.log(moments);
    expect(moments['among batches']).toBeGreaterThan(rounds / 2);
  }
  using unified = await openUnified(file, { lineage, archives: dir, search: true });
  expect(unified.problems.map(({ path, code }) => [basename(path), code])).toEqual([
    ['12-text.db', 'FILE_NOT_A_DATABASE'],
    ['17-torn.db', 'FILE_CORRUPT'],
    ['23-damaged.db', 'FILE_CORRUPT'],
    ['31-other.db', 'SCHEMA_MISMATCH'],
  ]);
  expect(unified.report.duplicates).toHaveLength(8);
  expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(40);
  unified.close();
  assertWhole(file, work);
  expect(fingerprint(dir)).toEqual(before);
});
