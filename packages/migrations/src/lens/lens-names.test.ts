import { expect, it } from 'vitest';
import { type Both, openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';

function expectSame(both: Both, query: string, rows: unknown[][]): void {
  expect(both.ask(query)).toEqual({ throughLens: rows, replayed: rows });
}

const tasks = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, due TEXT, size INTEGER)';

it('a view of head that mentions a renamed table shows the rows of head', () => {
  const lineage = lineageOf([
    `${tasks}; CREATE VIEW titles AS SELECT title FROM tasks`,
    `ALTER TABLE tasks RENAME TO jobs; ALTER TABLE jobs RENAME COLUMN title TO name`,
    `UPDATE jobs SET name = upper(name)`,
  ]);
  using both = openBoth(lineage, `INSERT INTO tasks (id, title) VALUES (1, 'a')`);
  expectSame(both, 'SELECT * FROM titles', [['A']]);
});

it('a table that was dropped and made anew under its old name does not show the old rows', () => {
  const lineage = lineageOf([tasks, 'DROP TABLE tasks', tasks]);
  using both = openBoth(lineage, 'INSERT INTO tasks (id) VALUES (1)');
  expectSame(both, 'SELECT * FROM tasks', []);
});

it('two tables can exchange their names', () => {
  const lineage = lineageOf([
    'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY)',
    'ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO a; ALTER TABLE c RENAME TO b',
  ]);
  using both = openBoth(lineage, 'INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)');
  expectSame(both, 'SELECT a.id, b.id FROM a, b', [[2n, 1n]]);
});

it('a table that head does not have any more cannot be asked for', () => {
  const lineage = lineageOf([tasks, 'DROP TABLE tasks; CREATE TABLE jobs (id INTEGER PRIMARY KEY)']);
  using both = openBoth(lineage, 'INSERT INTO tasks (id) VALUES (1)');
  expect(() => both.copy.prepare('SELECT * FROM tasks')).toThrow('no such table: tasks');
  expect(() => both.file.prepare('SELECT * FROM tasks')).toThrow('no such table: temp.tasks, which head');
});

it('a view that names the schema main is not laid over the lens', () => {
  const lineage = lineageOf([
    `${tasks}; CREATE VIEW v AS SELECT id FROM main.tasks`,
    'UPDATE tasks SET size = 1',
  ]);
  using both = openBoth(lineage, '');
  expect(both.lens.refusal?.reason).toMatch(/view v names the schema main/);
});
