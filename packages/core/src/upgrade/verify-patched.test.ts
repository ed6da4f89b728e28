import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openDatabase, openImage } from '../file/index.ts';
import { inspectAtRest, openSource } from '../source/index.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { untouchedTables } from './untouched-tables.ts';
import { verifyPatched } from './verify-patched.ts';

const start = `CREATE TABLE t (k integer PRIMARY KEY, v); CREATE TABLE other (v);
  CREATE TABLE u (k integer PRIMARY KEY, v); CREATE TABLE wide (v);
  CREATE TABLE narrow (k text PRIMARY KEY, v) WITHOUT ROWID; CREATE INDEX vs ON t (v);`;
const rows = `INSERT INTO t (v) VALUES (1), (NULL), ('a'), (hex(zeroblob(9000))); INSERT INTO other VALUES (1), (2);
  INSERT INTO narrow VALUES ('k', 'v'); INSERT INTO wide VALUES (1);`;

function lineageOf(pending: string, said?: () => string) {
  const migrations = [start, pending].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  return defineLineage({ name: 'patched', tables: {}, migrations, ...(said && { functions: { said } }) });
}

/** A file of version 1, and beside it a copy of it that is at head. */
function writeBoth(lineage: ReturnType<typeof lineageOf>, more = '') {
  const dir = makeTempDir();
  const [path, copy] = [join(dir, 'old.db'), join(dir, 'copy.db')];
  const old = new Database(path);
  replayMigrations(old, lineageAt(lineage, 1));
  old.exec(rows + more);
  old.close();
  copyFileSync(path, copy);
  const sqlite = openDatabase(copy);
  replayMigrations(sqlite, lineage);
  const open = () => openSource(path, inspectAtRest(path));
  const verify = (opened = open) => {
    const state = inspectAtRest(path);
    verifyPatched(sqlite, opened, { lineage, path, state, verify: 'full', version: 1, pages: sqlite.name });
  };
  return { path, sqlite, open, verify };
}

it.each([
  ['a cell', 'UPDATE t SET v = 2 WHERE k = 1', 't'],
  ['a cell far from the others of its row', "UPDATE t SET v = replace(v, '00', '01') WHERE k = 4", 't'],
  ['a row that is gone', 'DELETE FROM t WHERE k = 2', 't'],
  ['a cell of a table WITHOUT ROWID', "UPDATE narrow SET v = 'w'", 'narrow'],
  [
    'two that have changed places',
    'ALTER TABLE t RENAME TO x; ALTER TABLE u RENAME TO t; ALTER TABLE x RENAME TO u',
    't',
  ],
  [
    'another default of a column that no row holds',
    `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '''w''', '''x''') WHERE name = 'wide';
     PRAGMA writable_schema = RESET`,
    'wide',
  ],
  ['another table under its name', 'DROP TABLE t; CREATE TABLE t (k integer PRIMARY KEY, v)', 't'],
])('sees what is wrong in a table whose rows no pending migration writes: %s', (_title, damage, table) => {
  const { sqlite, verify } = writeBoth(
    lineageOf("ALTER TABLE other ADD w; ALTER TABLE wide ADD w DEFAULT 'w'"),
  );
  expect(verify).not.toThrow();
  sqlite.unsafeMode(true);
  sqlite.exec(damage);
  expect(verify).toThrow(
    expect.objectContaining({ code: 'UPGRADE_MISMATCH', details: expect.objectContaining({ table }) }),
  );
  sqlite.close();
});

it('sees another default of a column that rows from before do not hold, though no page is another', () => {
  const path = join(makeTempDir(), 'old.db');
  const rebuild = `CREATE TABLE x (k integer PRIMARY KEY, w DEFAULT 'new'); INSERT INTO x SELECT k, w FROM t; DROP TABLE t; ALTER TABLE x RENAME TO t`;
  const scripts = ['CREATE TABLE t (k integer PRIMARY KEY)', `ALTER TABLE t ADD w DEFAULT 'old'`, rebuild];
  const migrations = scripts.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const lineage = defineLineage({ name: 'defaults', tables: {}, migrations });
  const old = new Database(path);
  replayMigrations(old, lineageAt(lineage, 1));
  old.exec('INSERT INTO t VALUES (1)');
  replayMigrations(old, lineageAt(lineage, 2));
  old.close();
  const sqlite = openImage(readFileSync(path));
  sqlite.unsafeMode(true);
  sqlite.exec(`PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE TABLE "t" (k integer PRIMARY KEY, w DEFAULT ''new'')' WHERE name = 't'; PRAGMA writable_schema = RESET`);
  const [state, pages] = [inspectAtRest(path), sqlite.serialize()];
  const options = { lineage, path, state, verify: 'full', version: 2, pages } as const;
  expect(() => verifyPatched(sqlite, () => openSource(path, state), options)).toThrow(
    expect.objectContaining({ details: { table: 't', column: 'w' } }),
  );
  sqlite.close();
});

it('knows tables by their pages, and reads those that lie elsewhere', () => {
  const { path, sqlite, open, verify } = writeBoth(lineageOf("UPDATE other SET v = 'w'"));
  const original = open();
  const untouched = () =>
    ['t', 'narrow', 'other'].filter((table) =>
      untouchedTables(sqlite, original.sqlite, { pages: sqlite.name, path }).has(table),
    );
  expect(untouched()).toEqual(['t', 'narrow']);
  sqlite.exec(`CREATE TABLE x (k integer PRIMARY KEY, v); INSERT INTO x SELECT * FROM t; DROP TABLE t;
    ALTER TABLE x RENAME TO t; CREATE INDEX vs ON t (v)`);
  expect(untouched()).toEqual(['narrow']);
  expect(verify).not.toThrow();
  original.close();
  sqlite.close();
});

it.each([
  ['lets a replay decide where ANALYZE left figures', '; ANALYZE', true],
  ['takes what the lens shows for right else', '', false],
])('%s', (_title, more, passes) => {
  let openings = 0;
  const lineage = lineageOf('UPDATE other SET v = said() || rowid', () => (openings === 1 ? 'else' : 'same'));
  const { sqlite, open, verify } = writeBoth(lineage, more);
  const attempt = () =>
    verify(() => {
      openings++;
      return open();
    });
  if (passes) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(expect.objectContaining({ code: 'UPGRADE_MISMATCH' }));
  expect(openings).toBe(passes ? 2 : 1);
  sqlite.close();
});
