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
    'what the connection did before',
    'UPDATE tasks SET size = last_insert_rowid()',
    /last_insert_rowid\(\) tells what the connection did/,
  ],
  ['rows changed before', 'UPDATE tasks SET size = changes()', /changes\(\) tells/],
  ['the schema by its name', 'UPDATE main.tasks SET size = random()', /names the schema main/],
  [
    'the schema itself',
    'UPDATE tasks SET title = (SELECT max(name) FROM sqlite_schema)',
    /reads sqlite_schema/,
  ],
  [
    'how columns are declared',
    `UPDATE tasks SET title = (SELECT max(name) FROM pragma_table_info('tasks'))`,
    /pragma_/,
  ],
  [
    'a virtual table of another kind',
    'CREATE VIRTUAL TABLE boxes USING rtree(id, low, high)',
    /a virtual table that the lens does not know/,
  ],
  [
    'an index of text that lies in another table',
    `CREATE VIRTUAL TABLE search USING fts5(title, content = 'tasks', content_rowid = 'id')`,
    /contents lie in another table/,
  ],
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
  [
    'a statement that fails',
    'ALTER TABLE nowhere ADD COLUMN x TEXT',
    /fails on an empty database: .*no such table/,
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

it('a statement that changes a full-text index of the file is refused: its parts could not be the same', () => {
  const lineage = lineageOf([
    `${tables}; CREATE VIRTUAL TABLE search USING fts5(title)`,
    `INSERT INTO search VALUES ('a heron')`,
  ]);
  expect(compileLens(lineage, 1).refusal?.reason).toBe('it changes search, a virtual table of the file');
});

it.each([
  [
    'its trigger, a table',
    `CREATE TABLE log (id INTEGER PRIMARY KEY);
     CREATE TRIGGER logs AFTER INSERT ON gone BEGIN INSERT INTO log SELECT new.id FROM unknown; END`,
    'INSERT INTO gone VALUES (7)',
  ],
  [
    'its trigger, a full-text table',
    `CREATE VIRTUAL TABLE found USING fts5(id);
     CREATE TRIGGER finds AFTER INSERT ON gone BEGIN INSERT INTO found VALUES (new.id); END`,
    'INSERT OR REPLACE INTO gone VALUES (1)',
  ],
  [
    'a foreign key, a table',
    'CREATE TABLE parts (of INTEGER REFERENCES gone(id) ON DELETE CASCADE)',
    'DELETE FROM gone WHERE id IN (SELECT id FROM unknown)',
  ],
])(
  'what changes by %s, with a table whose rows the lens lost and head dropped, is lost too',
  (_, more, sql) => {
    const lineage = lineageOf([
      `CREATE TABLE gone (id INTEGER PRIMARY KEY); CREATE TABLE unknown (id INTEGER); ${more}`,
      'UPDATE unknown SET id = changes()',
      `${sql}; DROP TABLE gone; DROP TABLE unknown`,
    ]);
    const { reason } = compileLens(lineage, 1).refusal ?? {};
    expect(reason).toMatch(/changes\(\) tells|it changes found/);
  },
);

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
