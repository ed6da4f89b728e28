import type Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { ledgerTable } from '../ledger/find-ledger.ts';
import { defineLineage } from '../lineage/define-lineage.ts';
import { lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { bothWays } from '../testing/both-ways.ts';
import { dumpDatabase, lineageOf, openMemory } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { installLens } from './install-lens.ts';

const family = `CREATE TABLE a (id integer PRIMARY KEY, k text UNIQUE);
CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE c (id integer PRIMARY KEY, b integer DEFAULT 7 REFERENCES b (id) ON DELETE SET DEFAULT, k text REFERENCES a (k) ON UPDATE CASCADE ON DELETE SET NULL);
CREATE TABLE d (id integer PRIMARY KEY, b integer REFERENCES b (id) ON DELETE CASCADE);
CREATE TABLE e (id integer PRIMARY KEY, d integer REFERENCES d (id) ON DELETE SET NULL);
CREATE TABLE tree (id integer PRIMARY KEY, up integer REFERENCES tree (id) ON DELETE CASCADE);
CREATE TABLE log (what text);`;
const members = `INSERT INTO a VALUES (1, 'x'), (2, 'y'), (3, 'z');
INSERT INTO b VALUES (7, 3), (10, 1), (11, 1), (12, 2); INSERT INTO c VALUES (20, 10, 'x'), (21, 12, 'y'), (22, 7, 'x');
INSERT INTO d VALUES (30, 10), (31, 12); INSERT INTO e VALUES (40, 30), (41, 31);
INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, NULL)`;

describe('an explicit change of rows does to children what foreign keys say, through any depth', () => {
  it.each([
    ['DELETE', 'DELETE FROM a WHERE id = 1'],
    ['DELETE of all rows', "DELETE FROM a WHERE k <> 'z'; DELETE FROM b WHERE id BETWEEN 8 AND 11"],
    ['DELETE with a query', 'WITH q AS (SELECT 1 AS id) DELETE FROM a WHERE id IN (SELECT id FROM q)'],
    ['DELETE in a tree', 'DELETE FROM tree WHERE id = 1'],
    ['UPDATE of a key', "UPDATE a SET id = id + 100, k = k || '!'"],
    ['UPDATE of the rowid', 'UPDATE a SET rowid = 9 WHERE id = 1'],
    ['UPDATE of something else', 'UPDATE b SET a = NULL'],
    ['REPLACE', "REPLACE INTO a VALUES (1, 'new')"],
    ['INSERT OR REPLACE', 'INSERT OR REPLACE INTO a (id, k) SELECT 9, k FROM a WHERE id < 3'],
    ['UPDATE OR REPLACE', "UPDATE OR REPLACE a SET k = 'y' WHERE id = 1"],
    ['an upsert', "INSERT INTO a VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET k = excluded.k"],
    [
      'a DELETE by a trigger',
      'CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM a WHERE id = 1; END; INSERT INTO log VALUES (1)',
    ],
    [
      'a DELETE that sets off triggers of children',
      "CREATE TRIGGER t AFTER DELETE ON d BEGIN INSERT INTO log VALUES ('d ' || old.id); END; DELETE FROM a WHERE id = 1",
    ],
  ])('%s', (_title, sql) => {
    const { replayed, raw } = bothWays(lineageOf([family, sql]), members);
    expect(replayed).toEqual(raw);
  });

  it('not where the lineage has them off', () => {
    const on = lineageOf([family, 'DELETE FROM e; DELETE FROM d; DELETE FROM b WHERE id = 11']);
    const off = defineLineage({ ...on, foreignKeys: 'off' });
    expect(bothWays(off, members).replayed).toEqual(bothWays(off, members).raw);
    const touched = lineageOf([family, "UPDATE a SET k = 'w' WHERE id = 1"]);
    const withoutKeys = defineLineage({ ...touched, foreignKeys: 'off' });
    const rows = "INSERT INTO a VALUES (1, 'x'); INSERT INTO c (id, k) VALUES (1, 'gone')";
    expect(bothWays(withoutKeys, rows).replayed).toEqual(bothWays(withoutKeys, rows).raw);
  });

  it('not where DDL takes the rows', () => {
    const sql = `CREATE TABLE __new_a (id integer PRIMARY KEY, k text UNIQUE, z text);
INSERT INTO __new_a (id, k) SELECT id, k FROM a; DROP TABLE a; ALTER TABLE __new_a RENAME TO a;`;
    const { replayed, raw } = bothWays(lineageOf([family, sql]), members);
    expect(replayed).toEqual(raw);
  });
});

describe('a migration means what SQLite makes of it', () => {
  const table =
    'CREATE TABLE t (id integer PRIMARY KEY, a text, b text); CREATE INDEX t_b ON t (b); CREATE UNIQUE INDEX t_a ON t (a); CREATE TABLE log (what text);';
  const rebuild =
    'CREATE TABLE n (id integer PRIMARY KEY, a text, b integer); INSERT INTO n SELECT id, a, b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;';

  it.each([
    ['indexes of a dropped table are gone', table, `${rebuild} CREATE INDEX t_b ON t (b)`],
    [
      'triggers of a dropped table are gone',
      `${table} CREATE TRIGGER v1 AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END`,
      `${rebuild} CREATE TRIGGER v2 AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END; INSERT INTO t (a) VALUES ('once')`,
    ],
    [
      'a trigger made before the rename follows it',
      table,
      rebuild.replace(
        'DROP TABLE t',
        'CREATE TRIGGER v AFTER INSERT ON n BEGIN INSERT INTO log VALUES (new.a); END; DROP TABLE t',
      ),
    ],
    [
      'legacy_alter_table leaves the references of children',
      'CREATE TABLE p (id integer PRIMARY KEY, e text); CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p (id))',
      'PRAGMA legacy_alter_table=ON; ALTER TABLE p RENAME TO p_old; CREATE TABLE p (id integer PRIMARY KEY, e text COLLATE NOCASE); INSERT INTO p SELECT id, e FROM p_old; DROP TABLE p_old; PRAGMA legacy_alter_table=OFF',
    ],
    [
      'pragmas without a lasting effect do nothing',
      table,
      'PRAGMA analysis_limit=400; PRAGMA cache_size=-2000; PRAGMA main.synchronous=NORMAL; PRAGMA journal_mode; ALTER TABLE t ADD z',
    ],
  ])('%s', (_title, first, second) => {
    const { replayed, raw } = bothWays(lineageOf([first, second]), 'SELECT 1');
    expect(replayed).toEqual(raw);
  });

  it('of one that asks SQLite to optimize, which leaves no statistics', () => {
    const sqlite = openMemory();
    replayMigrations(sqlite, lineageOf([table, 'PRAGMA optimize; PRAGMA main.optimize(0xfffe);']));
    expect(Object.keys(dumpDatabase(sqlite).rows as object)).not.toContain('sqlite_stat1');
  });

  it('of one that mends the ledger too', () => {
    const mend = `CREATE TABLE "__drizzle_migrations_temp" (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, hash text NOT NULL, created_at numeric)
--> statement-breakpoint
INSERT INTO "__drizzle_migrations_temp" (hash, created_at) SELECT hash, created_at FROM "__drizzle_migrations" ORDER BY created_at ASC;
--> statement-breakpoint
DROP TABLE "__drizzle_migrations";
--> statement-breakpoint
ALTER TABLE "__drizzle_migrations_temp" RENAME TO "__drizzle_migrations";`;
    const lineage = lineageOf([
      'CREATE TABLE t (id integer PRIMARY KEY)',
      mend,
      'ALTER TABLE t ADD z integer DEFAULT 4',
    ]);
    const sqlite = openMemory();
    replayMigrations(sqlite, lineage);
    expect(sqlite.prepare(`SELECT id, created_at FROM ${ledgerTable}`).raw().all()).toEqual(
      lineage.migrations.map(({ createdAtMs }, at) => [at + 1, createdAtMs]),
    );
  });

  it('of ALTER COLUMN … TO, which libSQL has: one declaration is another, and no row is', () => {
    const first =
      'CREATE TABLE t (id integer PRIMARY KEY, "n" text CHECK (n <> \'(,\'), m text, UNIQUE (m)); CREATE INDEX t_n ON t (n); CREATE TABLE o (id integer PRIMARY KEY)';
    const sql = 'ALTER TABLE `t` ALTER COLUMN "n" TO "n" integer NOT NULL DEFAULT (1 + 1) REFERENCES o (id);';
    const sqlite = openMemory();
    const lineage = lineageOf([first, sql, 'ALTER TABLE t ADD z']);
    replayMigrations(sqlite, lineageAt(lineage, 1));
    sqlite.exec("INSERT INTO t (n, m) VALUES ('5', 'a'), (NULL, 'b'); INSERT INTO o VALUES (2), (5)");
    sqlite.pragma('foreign_keys = OFF');
    replayMigrations(sqlite, lineage);
    expect(sqlite.prepare('SELECT typeof(n), n FROM t ORDER BY id').raw().all()).toEqual([
      ['text', '5'],
      ['null', null],
    ]);
    sqlite.exec("INSERT INTO t (m) VALUES ('c')");
    expect(sqlite.prepare("SELECT typeof(n), n FROM t WHERE m = 'c'").raw().get()).toEqual(['integer', 2]);
    expect(sqlite.prepare("SELECT sql FROM sqlite_schema WHERE name = 't'").pluck().get()).toBe(
      'CREATE TABLE t (id integer PRIMARY KEY, "n" integer NOT NULL DEFAULT (1 + 1) REFERENCES o (id), m text, z, UNIQUE (m))',
    );
    expect(sqlite.pragma('integrity_check', { simple: true })).not.toBe('');
  });
});

it('takes nothing for granted of rows that ALTER COLUMN left, and replays files from before it', () => {
  const first = 'CREATE TABLE t (id integer PRIMARY KEY, n text, m text)';
  const alter = 'ALTER TABLE t ALTER COLUMN n TO n integer NOT NULL';
  const rebuild =
    'CREATE TABLE x (id integer PRIMARY KEY, n integer, s text); INSERT INTO x SELECT id, n, n || m FROM t; DROP TABLE t; ALTER TABLE x RENAME TO t; UPDATE t SET s = s || n WHERE n = 5';
  const lineage = lineageOf([first, alter, rebuild]);
  const [read, replayed] = [0, 1].map(() => {
    const sqlite = openMemory();
    replayMigrations(sqlite, lineageAt(lineage, 1));
    sqlite.exec("INSERT INTO t (n, m) VALUES ('5', 'a'), (NULL, 'b'), ('x', 'c')");
    replayMigrations(sqlite, lineageAt(lineage, 2));
    return sqlite;
  }) as [Database.Database, Database.Database];
  installLens(read, compileLens(lineage, 2));
  replayMigrations(replayed, lineage);
  const query = 'SELECT typeof(n), n, s FROM t ORDER BY id';
  const rowsOf = (sqlite: Database.Database) => sqlite.prepare(query).raw().all();
  expect(rowsOf(read)).toEqual(rowsOf(replayed));
  expect(compileLens(lineage, 1).refusal?.migration).toBe('0001_step');
});
