import { expect, it } from 'vitest';
import { type Both, openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';

function expectSame(both: Both, query: string, rows: unknown[][]): void {
  expect(both.ask(query)).toEqual({ throughLens: rows, replayed: rows });
}

const tasks = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, due TEXT, size INTEGER)';

it('a JSON column that an update rewrote is a text again, not JSON, to a JSON function', () => {
  const lineage = lineageOf([
    tasks,
    `UPDATE tasks SET title = json_set(title, '$.v', 2) WHERE json_valid(title)`,
  ]);
  using both = openBoth(
    lineage,
    `INSERT INTO tasks (id, title) VALUES (1, '{}'), (2, 'no json'), (3, x'00')`,
  );
  expectSame(both, `SELECT id, title, typeof(title) FROM tasks`, [
    [1n, '{"v":2}', 'text'],
    [2n, 'no json', 'text'],
    [3n, Buffer.from([0]), 'blob'],
  ]);
  expectSame(both, 'SELECT json_array(title) FROM tasks WHERE id < 3', [
    ['["{\\"v\\":2}"]'],
    ['["no json"]'],
  ]);
});

it('an expression that can fail does not see rows that an earlier migration deleted', () => {
  const lineage = lineageOf([
    `${tasks}; CREATE TABLE broken (id INTEGER PRIMARY KEY)`,
    'DELETE FROM tasks WHERE id IN (SELECT id FROM broken)',
    `UPDATE tasks SET title = json_set(title, '$.v', 2)`,
  ]);
  using both = openBoth(
    lineage,
    `INSERT INTO tasks (id, title) VALUES (1, '{}'), (2, 'no json'); INSERT INTO broken VALUES (2)`,
  );
  expect(both.lens.tables[0]).toMatchObject({ strategy: 'materialized', why: /can fail/ });
  expectSame(both, `SELECT id FROM tasks WHERE title = '{"v":2}'`, [[1n]]);
});

it('an insert of what a condition chose reads JSON of the chosen rows alone', () => {
  const lineage = lineageOf([
    `${tasks}; CREATE TABLE owners (task_id INTEGER, name TEXT)`,
    `INSERT INTO owners SELECT id, json_extract(title, '$.owner') FROM tasks WHERE json_valid(title)`,
  ]);
  using both = openBoth(
    lineage,
    `INSERT INTO tasks (id, title) VALUES (1, '{"owner":"ann"}'), (2, 'no json')`,
  );
  expect(both.lens.tables.every((table) => table.strategy !== 'materialized')).toBe(true);
  expectSame(both, `SELECT task_id FROM owners WHERE name = 'ann'`, [[1n]]);
});

it('JSON of a column that is taken apart into rows is read for the rows of the query alone', () => {
  const lineage = lineageOf([
    `${tasks}; CREATE TABLE words (task_id INTEGER, word TEXT)`,
    `INSERT INTO words SELECT tasks.id, json_each.value FROM tasks, json_each(tasks.title) WHERE json_valid(tasks.title)`,
  ]);
  using both = openBoth(lineage, `INSERT INTO tasks (id, title) VALUES (1, '["a","b"]'), (2, 'no json')`);
  expectSame(both, `SELECT task_id, word FROM words WHERE word > 'a'`, [[1n, 'b']]);
});
