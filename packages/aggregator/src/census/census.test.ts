import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createSession } from '@varve/core';
import { lineageAt, replayMigrations, standardLineage } from '@varve/migrations';
import { sessions } from '@varve/schema';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { census } from './census.ts';

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
  expect(counted.archives.map(({ path, version, sealing }) => [path, version, sealing])).toEqual(
    paths.map((path, at) => [path, versions[at], 'sealed']),
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

it('tells sealed archives, live sessions and what a crash left apart, and counts what their WAL holds', () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const sealed = writeArchive(join(work, 'sealed.db'), head);
  const path = writeArchive(join(work, 'left.db'), 1);
  const session = new Database(path);
  session.pragma('journal_mode = WAL');
  replayMigrations(session, lineageAt(lineage, 2));
  for (const name of [sealed, path, `${path}-wal`]) copyFileSync(name, join(dir, basename(name)));
  session.close();
  using live = createSession(dir, { lineage: standardLineage, session: { agentName: 'a' } });
  const before = fingerprint(dir);
  const counted = census(dir, { lineage });
  expect(counted.live).toBe(1);
  expect(counted.archives.map(({ path, sealing, version }) => [basename(path), sealing, version])).toEqual([
    [basename(live.path), 'live', undefined],
    ['left.db', 'unsealed', 2],
    ['sealed.db', 'sealed', head],
  ]);
  expect(fingerprint(dir)).toEqual(before);
  live.db.update(sessions).set({ agentName: 'b' }).run();
});
