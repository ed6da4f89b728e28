import { describe, expect, it } from 'vitest';
import { openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';

const tables = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, size INTEGER);
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE)`;

function refusalOf(migration: string) {
  return compileLens(lineageOf([tables, migration]), 1).refusal;
}

const cases: [string, string, RegExp][] = [
  [
    'keys that SQLite would invent',
    `INSERT INTO users (name) VALUES ('root')`,
    /invent values for the key id/,
  ],
  [
    'a subquery of SET over the same table',
    'UPDATE tasks SET size = (SELECT count(*) FROM tasks WHERE size > 1)',
    /SET reads the table/,
  ],
  ['the clock', `UPDATE tasks SET title = datetime('now')`, /asks for the time/],
  ['the clock as a keyword', 'UPDATE tasks SET title = CURRENT_TIMESTAMP', /current_timestamp/],
  ['the time zone', `UPDATE tasks SET title = datetime(size, 'unixepoch', 'localtime')`, /time zone/],
  ['chance', 'UPDATE tasks SET title = hex(randomblob(16))', /randomblob\(\) may return something else/],
  ['what the connection did before', 'UPDATE tasks SET size = last_insert_rowid()', /last_insert_rowid/],
  [
    'a subquery with several rows',
    'UPDATE tasks SET title = (SELECT name FROM users WHERE name > title)',
    /several rows/,
  ],
  [
    'an aggregate that follows the order of rows',
    'UPDATE tasks SET title = (SELECT group_concat(name) FROM users)',
    /follows the order/,
  ],
  ['a sum of reals', 'UPDATE tasks SET size = (SELECT sum(name) FROM users)', /follows the order/],
  ['the rowid', 'UPDATE tasks SET size = rowid', /reads the rowid/],
  ['INSERT OR IGNORE', `INSERT OR IGNORE INTO users VALUES (1, 'a', 'b')`, /INSERT/],
  ['upsert', `INSERT INTO users VALUES (1, 'a', 'b') ON CONFLICT DO NOTHING`, /upsert/],
  ['REPLACE', `REPLACE INTO users VALUES (1, 'a', 'b')`, /does not know this kind/],
  ['UPDATE OR IGNORE', `UPDATE OR IGNORE users SET email = 'x'`, /UPDATE/],
  ['UPDATE FROM', 'UPDATE tasks SET title = users.name FROM users WHERE users.id = tasks.id', /from_clause/],
  ['LIMIT', 'DELETE FROM tasks WHERE size > 1 LIMIT 1', /limit_clause/],
  ['RETURNING', 'DELETE FROM tasks RETURNING id', /returning_clause/],
  [
    'window functions',
    'INSERT INTO users (id, name) SELECT id, row_number() OVER (ORDER BY title) FROM tasks',
    /OVER/,
  ],
  [
    'DISTINCT of values that may compare as equal and differ',
    'INSERT INTO users (id, name) SELECT DISTINCT id, upper(title) FROM tasks',
    /compare as equal/,
  ],
  [
    'a column that is not grouped by',
    'INSERT INTO users (id, name) SELECT size, title FROM tasks GROUP BY size',
    /not what it groups by/,
  ],
  [
    'the rowid as the order of a join',
    'INSERT INTO users (id, name) SELECT t.id, u.name FROM tasks t JOIN users u ON u.id = t.id ORDER BY t.rowid',
    /reads the rowid/,
  ],
  [
    'an outer join on the right',
    'INSERT INTO users (id, name) SELECT t.id, u.name FROM tasks t RIGHT JOIN users u ON u.id = t.id',
    /joins by RIGHT/,
  ],
  ['a virtual table', 'CREATE VIRTUAL TABLE search USING fts5(title)', /does not know this kind/],
  [
    'a TEMP table that hides a table',
    'CREATE TEMP TABLE tasks (id INTEGER); UPDATE tasks SET id = 1',
    /TEMP objects hide/,
  ],
  [
    'a TEMP trigger',
    'CREATE TEMP TRIGGER t AFTER UPDATE ON tasks BEGIN DELETE FROM users; END',
    /TEMP objects hide/,
  ],
  ['a NOT NULL column without a default', 'ALTER TABLE tasks ADD COLUMN owner TEXT NOT NULL', /fails/],
  [
    'a default that is no constant',
    'ALTER TABLE tasks ADD COLUMN made TEXT DEFAULT CURRENT_TIMESTAMP',
    /not a constant/,
  ],
  [
    'a trigger that would run',
    `CREATE TRIGGER t AFTER UPDATE ON tasks BEGIN DELETE FROM users; END; UPDATE tasks SET size = 1`,
    /trigger t would run/,
  ],
  [
    'a statement that fails',
    'ALTER TABLE nowhere ADD COLUMN x TEXT',
    /fails on an empty database: .*no such table/,
  ],
  [
    'a statement that SQLite knows and the parser does not',
    'UPDATE tasks SET (title, size) = (SELECT name, id FROM users WHERE id = 1)',
    /several columns|parser/,
  ],
];

describe('a statement is refused, with migration and reason, when it depends on', () => {
  it.each(cases)('%s', (_what, migration, reason) => {
    const refusal = refusalOf(migration);
    expect(refusal?.reason).toMatch(reason);
    expect(refusal?.migration).toBe('0001_step');
    expect(migration).toContain(refusal?.statement);
  });
});

const accepted: [string, string][] = [
  [
    'a subquery that a unique key pins to one row',
    'UPDATE tasks SET title = (SELECT name FROM users WHERE users.email = tasks.title)',
  ],
  ['an aggregate of any order', 'UPDATE tasks SET size = (SELECT count(*) FROM users WHERE name = title)'],
  [
    'an aggregate over one JSON value',
    `UPDATE tasks SET title = (SELECT json_group_array(value) FROM json_each('[3,1,2]'))`,
  ],
  ['dates of given moments', `UPDATE tasks SET title = datetime(size, 'unixepoch', '+1 day')`],
  [
    'a table that is dropped before head',
    `CREATE TABLE x (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO x (n) VALUES ('a'); DROP TABLE x`,
  ],
  ['a SELECT that does nothing', 'SELECT 1'],
  [
    'a TEMP table that one migration makes, reads and drops',
    `CREATE TEMP TABLE kept AS SELECT id, upper(title) AS t FROM tasks WHERE size IS NOT NULL; DELETE FROM tasks;
     INSERT INTO tasks (id, title) SELECT id, t FROM kept; DROP TABLE kept`,
  ],
  [
    'the rows of a join',
    'DELETE FROM tasks WHERE id > 1; INSERT INTO tasks (id, title) SELECT u.id + 10, u.name FROM users u LEFT JOIN tasks t ON t.id = u.id',
  ],
  [
    'DISTINCT rows',
    'CREATE TABLE sizes (size INTEGER); INSERT INTO sizes SELECT DISTINCT size FROM tasks; UPDATE tasks SET size = (SELECT count(*) FROM sizes)',
  ],
  [
    'groups',
    'CREATE TABLE sizes (size INTEGER, n INTEGER); INSERT INTO sizes SELECT size, count(*) FROM tasks GROUP BY size HAVING count(*) > 0; UPDATE tasks SET size = (SELECT max(n) FROM sizes)',
  ],
];

describe('a statement is compiled when it depends on nothing but rows, as with', () => {
  it.each(accepted)('%s', (_what, migration) => {
    using both = openBoth(
      lineageOf([tables, migration]),
      `INSERT INTO tasks VALUES (1, 'a@x', 5), (2, 'B', NULL); INSERT INTO users VALUES (1, 'Ann', 'a@x'), (2, 'B', 'b@x')`,
    );
    expect(both.lens.refusal).toBeUndefined();
    const { throughLens, replayed } = both.ask('SELECT id, title, typeof(title), size FROM tasks');
    expect(throughLens).toEqual(replayed);
  });
});

it('a virtual table that no pending migration touches is read as it lies', () => {
  const lineage = lineageOf([
    `${tables}; CREATE VIRTUAL TABLE search USING fts5(title)`,
    'ALTER TABLE tasks ADD COLUMN note TEXT',
  ]);
  using both = openBoth(lineage, `INSERT INTO search VALUES ('a heron'), ('a crane')`);
  expect(both.lens.tables.find((table) => table.name === 'search')?.strategy).toBe('identity');
  const { throughLens, replayed } = both.ask(`SELECT title FROM search WHERE search MATCH 'crane'`);
  expect(throughLens).toEqual(replayed);
});
