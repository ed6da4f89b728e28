import { expect, it } from 'vitest';
import type { Lineage } from '../lineage/lineage.ts';
import { type Both, openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';

function expectSame(both: Both, query: string, rows: unknown[][]): void {
  expect(both.ask(query)).toEqual({ throughLens: rows, replayed: rows });
}

const tasks = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, due TEXT, size INTEGER)';

it('a rebuild to another type stores as the new column does: "5" becomes 5, "abc" stays', () => {
  const lineage = lineageOf([
    tasks,
    `CREATE TABLE __new_tasks (id INTEGER PRIMARY KEY, due INTEGER, size TEXT, title REAL);
     INSERT INTO __new_tasks (id, due, size, title) SELECT id, due, size, title FROM tasks;
     DROP TABLE tasks; ALTER TABLE __new_tasks RENAME TO tasks`,
  ]);
  using both = openBoth(
    lineage,
    `INSERT INTO tasks VALUES (1, '7', '5', 10), (2, 'x', 'abc', 1.5), (3, ' 8 ', '9007199254740993.0', NULL)`,
  );
  expect(both.lens.tables.map((table) => table.strategy)).toEqual(['view']);
  expectSame(both, 'SELECT typeof(due), due, typeof(size), size, typeof(title), title FROM tasks', [
    ['integer', 5n, 'text', '10', 'real', 7],
    ['text', 'abc', 'text', '1.5', 'text', 'x'],
    ['integer', 9007199254740992n, 'null', null, 'real', 8],
  ]);
  expectSame(both, `SELECT id FROM tasks WHERE due = '5'`, [[1n]]);
  expectSame(both, 'SELECT id FROM tasks WHERE size = 10', [[1n]]);
});

it('the default of an added column takes the affinity of the column', () => {
  const lineage = lineageOf([
    tasks,
    `ALTER TABLE tasks ADD COLUMN weight REAL DEFAULT 1; ALTER TABLE tasks ADD COLUMN rank INTEGER DEFAULT '05';
     ALTER TABLE tasks ADD COLUMN label TEXT DEFAULT 1e18`,
  ]);
  using both = openBoth(lineage, 'INSERT INTO tasks (id) VALUES (1)');
  expectSame(both, 'SELECT typeof(weight), weight, typeof(rank), rank, label FROM tasks', [
    ['real', 1, 'integer', 5n, '1e18'],
  ]);
});

it('a default is written one way into old rows and another way into new ones, and both are shown', () => {
  const lineage = lineageOf([
    'CREATE TABLE notes (id INTEGER PRIMARY KEY)',
    'ALTER TABLE notes ADD COLUMN mark TEXT DEFAULT 1e18',
    'INSERT INTO notes (id) VALUES (2)',
  ]);
  using both = openBoth(lineage, 'INSERT INTO notes (id) VALUES (1)');
  expectSame(both, 'SELECT id, mark FROM notes', [
    [1n, '1e18'],
    [2n, '1.0e+18'],
  ]);
});

it('WHERE, ORDER BY, GROUP BY and joins use the collation of the head column', () => {
  const lineage = lineageOf([
    'CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE uses (id INTEGER PRIMARY KEY, tag TEXT)',
    `CREATE TABLE n (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE);
     INSERT INTO n SELECT id, name FROM tags; DROP TABLE tags; ALTER TABLE n RENAME TO tags`,
    `UPDATE tags SET name = trim(name)`,
  ]);
  using both = openBoth(
    lineage,
    `INSERT INTO tags VALUES (1, ' Bug '), (2, 'bug'), (3, 'Ask'); INSERT INTO uses VALUES (1, 'BUG'), (2, 'ask')`,
  );
  expectSame(both, `SELECT id FROM tags WHERE name = 'BUG'`, [[1n], [2n]]);
  expectSame(both, 'SELECT id FROM tags ORDER BY name, id', [[3n], [1n], [2n]]);
  expectSame(both, 'SELECT count(*) FROM tags GROUP BY name', [[1n], [2n]]);
  expectSame(both, 'SELECT uses.id FROM uses JOIN tags ON tags.name = uses.tag ORDER BY 1', [
    [1n],
    [1n],
    [2n],
  ]);
  expectSame(both, 'SELECT uses.id FROM uses JOIN tags ON uses.tag = tags.name', []);
});

it('an updated column compares with the affinity of the head column', () => {
  const lineage = lineageOf([
    tasks,
    `UPDATE tasks SET size = size + 1, title = coalesce(due, 7) WHERE id < 9`,
  ]);
  using both = openBoth(lineage, `INSERT INTO tasks VALUES (1, 'a', NULL, 4), (2, 'b', '7', 'x')`);
  expectSame(both, `SELECT id FROM tasks WHERE size = '5'`, [[1n]]);
  expectSame(both, 'SELECT id FROM tasks WHERE title = 7', [[1n], [2n]]);
});

it('DELETE keeps the rows for which its condition is NULL', () => {
  const lineage = lineageOf([tasks, `DELETE FROM tasks WHERE due < '2024'`]);
  using both = openBoth(lineage, `INSERT INTO tasks (id, due) VALUES (1, '2023'), (2, NULL), (3, '2025')`);
  expectSame(both, 'SELECT id FROM tasks', [[2n], [3n]]);
});

it('two columns can be swapped: every SET expression sees the row as it was', () => {
  const lineage = lineageOf([tasks, 'UPDATE tasks SET title = due, due = title']);
  using both = openBoth(lineage, `INSERT INTO tasks (id, title, due) VALUES (1, 'a', 'b')`);
  expectSame(both, 'SELECT title, due FROM tasks', [['b', 'a']]);
});

it('WHERE may read the updated table, as it was before the first row changed', () => {
  const lineage = lineageOf([
    tasks,
    'UPDATE tasks SET size = 100 WHERE size = (SELECT max(size) FROM tasks) OR size < (SELECT min(size) + 1 FROM tasks)',
    'DELETE FROM tasks WHERE size <= (SELECT max(size) - 99 FROM tasks)',
  ]);
  using both = openBoth(lineage, 'INSERT INTO tasks (id, size) VALUES (1, 1), (2, 2), (3, 3), (4, 0)');
  expect(both.lens.refusal).toBeUndefined();
  expectSame(both, 'SELECT id, size FROM tasks', [
    [2n, 2n],
    [3n, 100n],
    [4n, 100n],
  ]);
});

it('WITHOUT ROWID and STRICT tables are read as what they became', () => {
  const lineage = lineageOf([
    'CREATE TABLE facts (name TEXT PRIMARY KEY, value)',
    `CREATE TABLE n (name TEXT PRIMARY KEY, value TEXT) STRICT, WITHOUT ROWID;
     INSERT INTO n SELECT name, value FROM facts; DROP TABLE facts; ALTER TABLE n RENAME TO facts`,
  ]);
  using both = openBoth(lineage, `INSERT INTO facts VALUES ('b', 5), ('a', 1.5), ('c', NULL)`);
  expectSame(both, 'SELECT name, value, typeof(value) FROM facts ORDER BY name', [
    ['a', '1.5', 'text'],
    ['b', '5', 'text'],
    ['c', null, 'null'],
  ]);
});

it('SQLite computes generated columns anew where the columns they are made of changed', () => {
  const lineage = lineageOf([
    `CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT, upper_path TEXT AS (upper(path)))`,
    `UPDATE files SET path = '/' || path`,
    'ALTER TABLE files ADD COLUMN length INTEGER AS (length(path))',
  ]);
  using both = openBoth(lineage, `INSERT INTO files (id, path) VALUES (1, 'a'), (2, 'bc')`);
  expect(both.lens.tables[0]).toMatchObject({ strategy: 'materialized', columns: ['id', 'path'] });
  expectSame(both, 'SELECT * FROM files', [
    [1n, '/a', '/A', 2n],
    [2n, '/bc', '/BC', 3n],
  ]);
});

it('the rowids that a rebuild renumbered cannot be asked for', () => {
  const lineage = lineageOf([
    'CREATE TABLE log (line TEXT)',
    `CREATE TABLE n (line TEXT NOT NULL); INSERT INTO n SELECT line FROM log; DROP TABLE log; ALTER TABLE n RENAME TO log`,
  ]);
  using both = openBoth(lineage, `INSERT INTO log (rowid, line) VALUES (7, 'a')`);
  expectSame(both, 'SELECT line FROM log', [['a']]);
  expect(() => both.file.prepare('SELECT rowid FROM log')).toThrow('no such column: rowid');
});

function updatesOfOneColumn(count: number): Lineage {
  const updates = Array.from(
    { length: count },
    (_, at) => `UPDATE tasks SET title = tasks.title || '${at % 10}' WHERE title <> '${at}' OR title = size`,
  );
  return lineageOf([tasks, ...updates]);
}

it('updates of one column that build on one another do not double the work each time', () => {
  using both = openBoth(updatesOfOneColumn(12), `INSERT INTO tasks (id, title) VALUES (1, 'a'), (2, NULL)`);
  expect(both.lens.tables[0]?.strategy).toBe('view');
  expectSame(both, 'SELECT title FROM tasks ORDER BY id', [['a012345678901'], [null]]);
});

it('more updates of one column than SQLite could nest are computed when the file is opened', () => {
  using both = openBoth(updatesOfOneColumn(120), `INSERT INTO tasks (id, title) VALUES (1, 'a'), (2, NULL)`);
  expect(both.lens.tables[0]).toMatchObject({ strategy: 'materialized', why: /build on one another/ });
  expectSame(both, 'SELECT length(title) FROM tasks ORDER BY id', [[121n], [null]]);
});

it('a trigger of another event does not stand in the way', () => {
  const lineage = lineageOf([
    `${tasks}; CREATE TRIGGER "update" BEFORE DELETE ON tasks BEGIN SELECT raise(ABORT, 'kept'); END`,
    'UPDATE tasks SET size = 7',
  ]);
  using both = openBoth(lineage, 'INSERT INTO tasks (id) VALUES (1)');
  expectSame(both, 'SELECT size FROM tasks', [[7n]]);
});

it('a rebuild that keeps what a key is LIKE takes no row away from what it is joined to', () => {
  const lineage = lineageOf([
    `${tasks}; CREATE TABLE notes (id INTEGER PRIMARY KEY)`,
    `CREATE TABLE __new_tasks (id INTEGER PRIMARY KEY, title TEXT);
     INSERT INTO __new_tasks SELECT id, title FROM tasks WHERE id LIKE 'a%' ;
     DROP TABLE tasks; ALTER TABLE __new_tasks RENAME TO tasks`,
    `CREATE TABLE kept (id INTEGER PRIMARY KEY); INSERT INTO kept SELECT id FROM notes WHERE id LIKE 'n%'`,
  ]);
  using both = openBoth(lineage, 'INSERT INTO tasks (id) VALUES (1); INSERT INTO notes VALUES (1)');
  for (const table of ['tasks', 'kept'])
    expectSame(both, `SELECT n.id, t.id FROM notes n LEFT JOIN ${table} t ON n.id IS NOT NULL`, [[1n, null]]);
});
