import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

// Two of them leave the schema alone: only the ledger tells their versions apart.
const migrations = [
  'CREATE TABLE runs (id text PRIMARY KEY, agent text)',
  "UPDATE runs SET agent = 'none' WHERE agent IS NULL",
  'DELETE FROM runs WHERE id IS NULL',
].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
const lineage = defineLineage({ name: 'at rest', tables: {}, migrations });

/** As somebody else's program leaves a file: nothing in its header says what it is. */
function writePlain(dir: string, version: number, more = '', opening = ''): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `v${version}.db`);
  const sqlite = new Database(path);
  sqlite.exec(opening);
  replayMigrations(sqlite, lineageAt(lineage, version));
  sqlite.exec(`PRAGMA application_id = 0; PRAGMA user_version = 0; ${more}`);
  sqlite.close();
  return path;
}

it('tells by the ledger which version each of many files is of whose schemas are the same', async () => {
  const dir = makeTempDir();
  const found: [number, string][] = [];
  for (const folder of ['a', 'b'])
    for (const version of [3, 2, 1]) {
      const path = writePlain(join(dir, folder), version);
      const { from, how } = await upgradeArchive(path, { lineage, acceptLoss: true });
      found.push([from, how === 'none' ? 'left alone' : 'upgraded']);
    }
  const once = [
    [3, 'left alone'],
    [2, 'upgraded'],
    [1, 'upgraded'],
  ];
  expect(found).toEqual([...once, ...once]);
  expect(readdirSync(join(dir, 'a'))).toEqual(['v1.db', 'v2.db', 'v3.db']);
});

it.each([
  ['of more than a megabyte', "INSERT INTO runs VALUES ('r', hex(zeroblob(600000)))", ''],
  ['in UTF-16', '', "PRAGMA encoding = 'UTF-16le'"],
])('identifies a file %s', async (_, more, opening) => {
  const behind = writePlain(makeTempDir(), 2, more, opening);
  expect(await upgradeArchive(behind, { lineage, acceptLoss: true })).toMatchObject({
    from: 2,
    changed: true,
  });
  const atHead = writePlain(makeTempDir(), 3, more, opening);
  expect(await upgradeArchive(atHead, { lineage })).toMatchObject({ from: 3, changed: false });
});

it('asks before data is lost, also of a file like one that was identified', async () => {
  const dir = makeTempDir();
  await upgradeArchive(writePlain(join(dir, 'a'), 2), { lineage, acceptLoss: true });
  const path = writePlain(join(dir, 'b'), 2);
  expect(await rejectionOf(upgradeArchive(path, { lineage }))).toMatchObject({ code: 'LOSS_NOT_ACCEPTED' });
});

it('names a file whose ledger is not that of the lineage', async () => {
  const path = writePlain(makeTempDir(), 3, "UPDATE __drizzle_migrations SET hash = 'other' WHERE rowid = 2");
  expect(await rejectionOf(upgradeArchive(path, { lineage }))).toMatchObject({ code: 'MIGRATION_EDITED' });
});
