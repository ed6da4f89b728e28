import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';
import { readUnified } from './read-unified.ts';

const program = join(import.meta.dirname, '../testing/refresh-program.ts');
const deep = process.env.VARVE_DEEP === '1';

/** Runs a refresh in a process of its own and kills it once it has said that so many archives are done. */
async function refreshAndKill(file: string, dir: string, afterDone: number): Promise<void> {
  const child = spawn(process.execPath, ['--conditions=@varve/source', program, file, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    if (line === 'finished') throw new Error('the program was not killed in time');
    if (Number(line) >= afterDone) child.kill('SIGKILL');
  }
  await exit;
}

it('goes on with a view that was killed in the middle of a transaction', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const path = writeArchive(join(dir, 'a.db'), 1);
  const [file, killed] = [join(work, 'u.db'), join(work, 'killed.db')];
  (await openUnified(file, { lineage, archives: dir })).close();
  const sqlite = new Database(file);
  sqlite.exec(
    'PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = 1; BEGIN; DELETE FROM sessions',
  );
  sqlite.exec(
    `CREATE TABLE half (body); INSERT INTO half SELECT randomblob(1000) FROM json_each('[${'1,'.repeat(200)}1]')`,
  );
  for (const suffix of ['', '-journal']) copyFileSync(file + suffix, killed + suffix);
  sqlite.close();
  expect(statSync(`${killed}-journal`).size).toBeGreaterThan(0);
  expect(() => readUnified(killed)).toThrow(expect.objectContaining({ code: 'UNIFIED_UNFINISHED' }));
  using unified = await openUnified(killed, { lineage, archives: dir });
  expect(unified.report).toMatchObject({ unchanged: 1, problems: [] });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded([path], lineage, work));
});

it('loses a batch at most when it is killed, and goes on from there', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = Array.from({ length: 60 }, (_, at) => writeArchive(join(dir, `${at}.db`), (at % head) + 1));
  const before = fingerprint(dir);
  const file = join(work, 'u.db');
  let doneBefore = 0;
  for (const afterDone of deep ? [10, 20] : [20]) {
    await refreshAndKill(file, dir, afterDone);
    const sqlite = new Database(file);
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    const known = sqlite.prepare<[], string>('SELECT path FROM _archives').pluck().all();
    expect(known.length).toBeGreaterThanOrEqual(doneBefore + afterDone);
    const rows = readUnifiedRows(sqlite, lineage);
    sqlite.close();
    expect(rows).toEqual(unionOfUpgraded(known, lineage, work));
    doneBefore = known.length;
  }
  using unified = await openUnified(file, { lineage, archives: dir });
  expect(unified.report).toMatchObject({ added: 60 - doneBefore, unchanged: doneBefore, problems: [] });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, work));
  expect(fingerprint(dir)).toEqual(before);
});
