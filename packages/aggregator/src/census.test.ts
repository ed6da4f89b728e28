import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { census } from './census.ts';
import { fingerprint, makeFolder, writeArchive } from './testing/archives.ts';
import { head, lineage } from './testing/fixture-lineage.ts';

it('counts archives by version and state, and changes nothing', () => {
  const dir = makeFolder();
  const versions = [1, 3, 3, head];
  const paths = versions.map((version, at) => writeArchive(join(dir, `${at}.db`), version));
  const before = fingerprint(dir);
  const counted = census(dir, { lineage });
  expect(counted.total).toBe(4);
  expect(counted.versions.map(({ version, migration, count }) => [version, migration, count])).toEqual([
    [1, '0000_step', 1],
    [3, '0002_step', 2],
    [head, '0004_step', 1],
  ]);
  expect(counted.states).toEqual({ behind: 3, current: 1 });
  expect(counted.problems).toEqual([]);
  expect(counted.archives.map(({ path, version, isLive }) => [path, version, isLive])).toEqual(
    paths.map((path, at) => [path, versions[at], false]),
  );
  expect(counted.sizeBytes).toBe(counted.versions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  expect(fingerprint(dir)).toEqual(before);
});

it('asks the ledger when the header tells no version', () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 2);
  const sqlite = new Database(path);
  sqlite.pragma('user_version = 0');
  sqlite.close();
  const before = fingerprint(dir);
  expect(census(dir, { lineage }).archives).toMatchObject([{ version: 2, state: 'behind' }]);
  expect(fingerprint(dir)).toEqual(before);
});

it('names every archive that cannot be brought to head, by its code', () => {
  const dir = makeFolder();
  writeArchive(join(dir, 'ahead.db'), head);
  const foreign = new Database(join(dir, 'foreign.db'));
  foreign.exec('CREATE TABLE other (id); PRAGMA application_id = 42');
  foreign.close();
  const unstamped = new Database(join(dir, 'unstamped.db'));
  unstamped.exec('CREATE TABLE other (id)');
  unstamped.close();
  damage(writeArchive(join(dir, 'damaged.db'), 1));
  writeFileSync(join(dir, 'text.db'), 'text');
  writeFileSync(join(dir, 'stamp'), '');
  const counted = census([dir, join(dir, 'gone.db')], { lineage: lineageAt(lineage, head - 1) });
  expect(counted.problems.map(({ path, code }) => [path, code])).toEqual([
    [join(dir, 'gone.db'), 'FILE_NOT_FOUND'],
    [join(dir, 'text.db'), 'FILE_NOT_A_DATABASE'],
    [join(dir, 'ahead.db'), 'VERSION_AHEAD'],
    [join(dir, 'damaged.db'), 'FILE_CORRUPT'],
    [join(dir, 'foreign.db'), 'VERSION_FOREIGN'],
    [join(dir, 'unstamped.db'), 'VERSION_UNSTAMPED'],
  ]);
  expect(counted.problems.every(({ hint, message }) => hint && message)).toBe(true);
  expect(counted.states).toEqual({ ahead: 1, damaged: 1, foreign: 1, unstamped: 1 });
  expect(counted.versions).toEqual([]);
});

/** Writes over the list of tables, and takes the version out of a header that is whole. */
function damage(path: string): void {
  writeFileSync(path, readFileSync(path).fill(0, 60, 64).fill(0xff, 100, 4096));
}

it('tells a session that is being written apart, and counts what its WAL holds', () => {
  const dir = makeFolder();
  writeArchive(join(dir, 'sealed.db'), head);
  const path = writeArchive(join(dir, 'live.db'), 2);
  const session = new Database(path);
  session.pragma('journal_mode = WAL');
  session.exec('BEGIN IMMEDIATE; UPDATE sessions SET agent = 0; COMMIT; BEGIN IMMEDIATE');
  const before = fingerprint(dir);
  const counted = census(dir, { lineage });
  expect(counted.live).toBe(1);
  expect(counted.archives).toMatchObject([
    { path, isLive: true, version: 2 },
    { isLive: false, version: head },
  ]);
  expect(fingerprint(dir)).toEqual(before);
  session.exec('UPDATE sessions SET agent = 1; COMMIT');
  session.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
});
