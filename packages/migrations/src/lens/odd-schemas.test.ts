import { DatabaseSync } from 'node:sqlite';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { installLens } from './install-lens.ts';

it.each([
  ['an empty type in quotes, which is numeric', 'a ""', "'7'"],
  ['a type in quotes', 'a "my text type"', '7'],
  ['a type that only ends like another', 'a FLOATING POINT', "'7'"],
  ['a type of several words and two numbers', 'a VERY LONG CHARACTER VARYING (10, 2)', '7'],
  ['no type', 'a', "'7'"],
  ['a type with a default', "a [] DEFAULT '5'", "'7'"],
])('stores into %s as SQLite does', (_title, column, value) => {
  const first = 'CREATE TABLE t (id integer PRIMARY KEY, a)';
  const second = `CREATE TABLE n (id integer PRIMARY KEY, ${column}); INSERT INTO n (id, a) SELECT id, a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t; INSERT INTO t (id) VALUES (9)`;
  using both = openBoth(lineageOf([first, second]), `INSERT INTO t (a) VALUES (${value})`);
  const { throughLens, replayed } = both.ask('SELECT typeof(a), a FROM t ORDER BY id');
  expect(throughLens).toEqual(replayed);
});

const tables =
  'CREATE TABLE m (id integer PRIMARY KEY, kind text); CREATE TABLE log (what text, id integer);';

it.each([
  [
    'a trigger',
    `${tables} CREATE TRIGGER tu AFTER UPDATE ON m BEGIN INSERT INTO log VALUES ("updated", new.id); END`,
    "UPDATE m SET kind = 'x'",
    'SELECT * FROM log',
  ],
  [
    'a trigger, where one name is a column and one a text',
    `${tables} CREATE TRIGGER ti AFTER INSERT ON m WHEN new."kind" <> "skip" BEGIN INSERT INTO log ("what", "id") SELECT "kind" || "!", new.id FROM m; END`,
    "INSERT INTO m (id, kind) VALUES (7, 'b'), (8, 'skip')",
    'SELECT * FROM log ORDER BY 1, 2',
  ],
  [
    'a view',
    `${tables} CREATE VIEW v AS SELECT "id", "fixed" AS f FROM m WHERE kind <> "none"`,
    'ALTER TABLE m ADD z integer',
    'SELECT * FROM v',
  ],
  [
    'a view over tables that do not change',
    `${tables} CREATE VIEW v AS SELECT "id", "fixed" AS f FROM m`,
    'CREATE TABLE other (x)',
    'SELECT * FROM v',
  ],
])('takes a text in double quotes inside %s for a text', (_title, first, second, query) => {
  const lineage = lineageOf([first, second]);
  const theirs = new DatabaseSync(':memory:', {
    enableDoubleQuotedStringLiterals: true,
    enableForeignKeyConstraints: false,
  });
  theirs.exec(`${first}; INSERT INTO m (kind) VALUES ('a'); DELETE FROM log`);
  const stored = theirs.prepare('SELECT sql FROM sqlite_schema').all() as { sql: string }[];
  theirs.exec(second);
  const expected = theirs
    .prepare(query)
    .all()
    .map((row) => Object.values(row));
  theirs.close();

  const [replayed, read] = [0, 1].map(() => {
    const sqlite = new Database(':memory:');
    replayMigrations(sqlite, lineageAt(lineage, 1));
    for (const { type, name } of sqlite
      .prepare<[], { type: string; name: string }>(
        `SELECT type, name FROM sqlite_schema WHERE type IN ('view', 'trigger')`,
      )
      .all()) {
      sqlite.exec(`DROP ${type} ${name}`);
    }
    sqlite.exec(`INSERT INTO m (kind) VALUES ('a'); DELETE FROM log`);
    for (const { sql } of stored) if (/^CREATE (VIEW|TRIGGER)/.test(sql)) sqlite.exec(sql);
    return sqlite;
  }) as [Database.Database, Database.Database];
  replayMigrations(replayed, lineage);
  installLens(read, compileLens(lineage, 1));
  const ours = [replayed, read].map((sqlite) => sqlite.prepare(query).raw().all());
  expect(ours).toEqual([expected, expected]);
});

it('leaves a view as it is that lost a column, and gets it back', () => {
  const sqlite = new Database(':memory:');
  const lineage = lineageOf([
    'CREATE TABLE t (id integer PRIMARY KEY, a text); CREATE VIEW seen AS SELECT "id", "a" FROM t',
    'CREATE TABLE n (id integer PRIMARY KEY); INSERT INTO n SELECT id FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t',
    'ALTER TABLE t ADD a text',
  ]);
  replayMigrations(sqlite, lineageAt(lineage, 2));
  replayMigrations(sqlite, lineage);
  expect(sqlite.prepare("SELECT sql FROM sqlite_schema WHERE name = 'seen'").pluck().get()).toContain('"a"');
});
