import { join } from 'node:path';
import { upgradeArchive } from '@varve/core';
import { type Lineage, lineageAt, replayMigrations, squashLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { openUnified } from './open-unified.ts';

async function unifiedVersions(archives: string, head: Lineage = lineage) {
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage: head, archives });
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

it('knows it also where the upgrade had to keep a table of the application', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 2);
  edit(path, 'CREATE TABLE own (it)');
  expect(await upgradeArchive(path, { lineage })).toMatchObject({ how: 'patched' });
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

it('knows it by the versions that a squashed lineage still has', async () => {
  const [dir, squashed] = [makeFolder(), squashLineage(lineage, 3)];
  for (const version of [2, 4])
    await upgradeArchive(writeArchive(join(dir, `${version}.db`), version), { lineage });
  const now = squashed.migrations.length;
  expect(await unifiedVersions(dir, squashed)).toEqual([
    ['agent 2', now, now],
    ['agent 4', 2, now],
  ]);
});

function edit(path: string, sql: string): void {
  const sqlite = new Database(path);
  sqlite.exec(sql);
  sqlite.close();
}
