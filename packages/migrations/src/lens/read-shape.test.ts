import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { readShape } from './read-shape.ts';

/** Of the first column of a table: beside it is one that no name tells the affinity of, or none. */
function firstColumn(column: string, rest = '', end = '') {
  using sqlite = open();
  const ddl = `CREATE TABLE t (${column}${rest})${end}`;
  sqlite.exec(ddl);
  return readShape(sqlite, 't', ddl).columns[0];
}

function open(): Database.Database & Disposable {
  const sqlite = new Database(':memory:');
  return Object.assign(sqlite, { [Symbol.dispose]: () => sqlite.close() });
}

const asked = ', "ask SQLite" "" COLLATE BINARY';

it.each([
  ['a TEXT'],
  ['a integer NOT NULL'],
  ['a INTEGER PRIMARY KEY'],
  ['a int DEFAULT 1'],
  ['a Real'],
  ['a BLOB'],
  ['a numeric'],
  ['a text GENERATED ALWAYS AS (1 + 1)'],
])('%s reads the same by its name as SQLite tells it', (column) => {
  const read = firstColumn(column, ', b text');
  const told = firstColumn(column, asked);
  expect(told).toBeDefined();
  expect(read).toEqual(told);
});

it('asks SQLite for the affinity of what is declared otherwise', () => {
  const types = ['a', 'a ""', 'a varchar(20)', 'a ınt', 'a ANY', 'a "real "', 'a floating point'];
  expect(types.map((column) => firstColumn(column)?.affinity)).toEqual([
    'blob',
    'numeric',
    'text',
    'numeric',
    'numeric',
    'real',
    'integer',
  ]);
  expect(firstColumn('a ANY', '', ' STRICT')?.affinity).toBe('blob');
});

it('asks SQLite for collations where a table names one', () => {
  expect(firstColumn('a text COLLATE nocase')?.collation).toBe('NOCASE');
  expect(firstColumn('a text')?.collation).toBe('BINARY');
});
