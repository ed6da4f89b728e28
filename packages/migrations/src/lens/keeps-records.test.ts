import { expect, it } from 'vitest';
import { defineLineage } from '../lineage/define-lineage.ts';
import { compileLens } from './compile-lens.ts';

const start = `CREATE TABLE t (k integer PRIMARY KEY, v text, n integer DEFAULT 1, r real); CREATE TABLE narrow (k text PRIMARY KEY, v) WITHOUT ROWID`;

function keeps(pending: string, name = 't'): boolean | undefined {
  const migrations = [start, pending].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const { tables } = compileLens(defineLineage({ name: 'kept', tables: {}, migrations }), 1);
  return tables.find((table) => table.name === name)?.keepsRecords;
}

function rebuild(columns: string, selected = 'k, v, n, r'): string {
  return `CREATE TABLE x (${columns}); INSERT INTO x (k, v, n, r) SELECT ${selected} FROM t; DROP TABLE t; ALTER TABLE x RENAME TO t`;
}

it.each([
  ['a column more', "ALTER TABLE t ADD w text DEFAULT 'w' NOT NULL"],
  ['columns more, one without a default', 'ALTER TABLE t ADD w; ALTER TABLE t ADD x integer DEFAULT 7'],
  ['another name for a column', 'ALTER TABLE t RENAME v TO w'],
  ['an index', 'CREATE INDEX i ON t (v)'],
  ['a constraint', rebuild('k integer PRIMARY KEY, v text NOT NULL, n integer DEFAULT 1, r real')],
  [
    'a column more by a rebuild',
    rebuild("k integer PRIMARY KEY, v text, n integer DEFAULT 1, r real, w text DEFAULT 'w'"),
  ],
])('a table keeps its records: %s', (_title, pending) => {
  expect(keeps(pending)).toBe(true);
});

it('a table under another name keeps its records', () => {
  expect(keeps('ALTER TABLE t RENAME TO u', 'u')).toBe(true);
});

it.each([
  ['a value', 'UPDATE t SET v = 1'],
  ['a row that goes', 'DELETE FROM t WHERE k = 1'],
  ['a row that comes', 'INSERT INTO t (v) VALUES (1)'],
  ['a column that goes', 'ALTER TABLE t DROP r'],
  ['columns in another order', rebuild('k integer PRIMARY KEY, n integer DEFAULT 1, v text, r real')],
  [
    'columns that change places',
    rebuild('k integer PRIMARY KEY, v text, n integer DEFAULT 1, r real', 'k, n, v, r'),
  ],
  // Rows from before the column was added have it from the declaration.
  ['another default', rebuild('k integer PRIMARY KEY, v text, n integer DEFAULT 2, r real')],
  ['another type', rebuild('k integer PRIMARY KEY, v text, n real DEFAULT 1, r real')],
  ['a key that is no longer the rowid', rebuild('k integer NOT NULL, v text, n integer DEFAULT 1, r real')],
  ['a value for a new column', "ALTER TABLE t ADD w text DEFAULT 'w'; UPDATE t SET w = 'x'"],
  ['a column that SQLite computes', 'ALTER TABLE t ADD w AS (n + 1)'],
  [
    'a default that is another once it is stored',
    rebuild('k integer PRIMARY KEY, v text, n integer DEFAULT 1, r real, w text DEFAULT 1e18'),
  ],
])('a table does not keep its records: %s', (_title, pending) => {
  expect(keeps(pending)).toBe(false);
});

it('a table without rowids keeps its records only as it is', () => {
  expect(keeps('ALTER TABLE t ADD w', 'narrow')).toBe(true);
  expect(keeps('ALTER TABLE narrow ADD w', 'narrow')).toBe(false);
});
