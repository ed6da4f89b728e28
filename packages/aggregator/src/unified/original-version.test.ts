import { join } from 'node:path';
import { upgradeArchive } from '@varve/core';
import { lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { openUnified } from './open-unified.ts';

async function unifiedVersions(archives: string) {
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives });
  const sql =
    'SELECT agent, _version, a.version FROM sessions JOIN _archives a ON a.id = _archive ORDER BY path';
  return unified.sqlite.prepare(sql).raw().all();
}

it('knows the version an archive was written at, however often it was upgraded before it was first read', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 2);
  await upgradeArchive(path, { lineage: lineageAt(lineage, 3) });
  expect(await unifiedVersions(dir)).toEqual([['agent 2', 2, 3]]);
  await upgradeArchive(path, { lineage });
  expect(await unifiedVersions(dir)).toEqual([['agent 2', 2, head]]);
});

it('knows it also where the upgrade had to run the migrations', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 2);
  edit(path, 'CREATE TABLE own (it)');
  expect(await upgradeArchive(path, { lineage })).toMatchObject({ how: 'replayed' });
  expect(await unifiedVersions(dir)).toEqual([['agent 2', 2, head]]);
});

it("takes migrations that a session ran on its own file for the archive's, and numbered rows for no mark", async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 2);
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineage);
  sqlite.close();
  expect(await unifiedVersions(dir)).toEqual([['agent 2', head, head]]);
  edit(path, 'UPDATE __drizzle_migrations SET id = rowid');
  expect(await unifiedVersions(dir)).toEqual([['agent 2', head, head]]);
});

function edit(path: string, sql: string): void {
  const sqlite = new Database(path);
  sqlite.exec(sql);
  sqlite.close();
}
