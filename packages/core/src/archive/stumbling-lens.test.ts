import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openArchive, upgradeArchive } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const tables = `CREATE TABLE a (id INTEGER PRIMARY KEY, x, kind TEXT, said TEXT); CREATE TABLE b (id INTEGER PRIMARY KEY)`;
/** abs() of the second x fails; the JSON of the first holds a number that JSON as SQLite writes it does not. */
const rows = `INSERT INTO a VALUES (1, 5, 'a', '{"n":{a: 0x1FFFFFFFFFFFFFFFF}}'), (2, -9223372036854775807 - 1, 'b', '{}');
  INSERT INTO b VALUES (1), (2)`;

function writeFile(...pending: readonly string[]) {
  const path = join(makeTempDir(), 'old.db');
  const scripts = [tables, ...pending];
  const migrations = scripts.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const lineage = defineLineage({ name: 'stumbling', tables: {}, migrations });
  const old = new Database(path);
  replayMigrations(old, lineageAt(lineage, 1));
  old.exec(rows);
  old.close();
  return { path, lineage };
}

const joined = 'SELECT a.id, b.id FROM a JOIN b ON b.id = a.id WHERE abs(a.x) > 1';

it('is replayed where a lens is filled from rows that a replay, by a new index, does not meet', () => {
  const pending = `CREATE INDEX kinds ON a (kind); CREATE TABLE n (id, other); INSERT INTO n ${joined} AND a.kind = 'a'`;
  const { path, lineage } = writeFile(pending);
  using archive = openArchive(path, { lineage });
  expect(archive.plan).toMatchObject({
    strategy: 'replayed',
    why: expect.stringMatching(/integer overflow/),
  });
  expect(archive.sqlite.prepare('SELECT * FROM n').all()).toEqual([{ id: 1, other: 1 }]);
});

it('says of the migrations what a replay says, where that fails too', () => {
  const { path, lineage } = writeFile(`CREATE TABLE n (id, other); INSERT INTO n ${joined}`);
  expect(errorOf(() => openArchive(path, { lineage }))).toMatchObject({
    code: 'MIGRATION_FAILED',
    details: { migration: 'm1' },
  });
});

it('an upgrade whose every cell is checked is judged by a replay where the queries of the lens fail', async () => {
  const written = `UPDATE a SET said = json_set(said, '$.b', 1); ALTER TABLE a ADD n;`;
  const { path, lineage } = writeFile(`${written} UPDATE a SET n = json_extract(said, '$.n.a') WHERE id > 0`);
  expect(await upgradeArchive(path, { lineage, verify: 'full' })).toMatchObject({ changed: true });
});
