import { expect, it } from 'vitest';
import { defineLineage } from '../lineage/define-lineage.ts';
import { runOnEmpty } from './run-on-empty.ts';

const tables =
  'CREATE TABLE parent (id integer PRIMARY KEY); CREATE TABLE child (p integer REFERENCES parent(id) ON DELETE CASCADE)';
const rows = 'INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1), (2)';

function childrenLeft(...scripts: string[]): unknown {
  const migrations = scripts.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  return runOnEmpty(defineLineage({ name: 'empty', tables: {}, migrations }), ({ sqlite, apply }) => {
    for (const migration of migrations) apply(migration);
    return sqlite.prepare('SELECT p FROM child').pluck().all();
  });
}

it.each([
  ['in the same migration', [`${tables}; ${rows}; DELETE FROM parent WHERE id = 1`]],
  ['in a later one', [tables, rows, 'DELETE FROM parent WHERE id = 1']],
])('does what foreign keys ask for once a migration has written rows, %s', (_title, scripts) => {
  expect(childrenLeft(...scripts)).toEqual([2]);
});
