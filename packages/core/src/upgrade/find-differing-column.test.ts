import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { findDifferingColumn, readColumns } from './find-differing-column.ts';

const wide = (change: string): Database.Database => {
  const sqlite = new Database(':memory:');
  const columns = Array.from({ length: 1999 }, (_, at) => `c${at} DEFAULT ${at % 3 ? at : `'${at}'`}`);
  sqlite.exec(
    `CREATE TABLE t (id integer PRIMARY KEY, ${columns.join(', ')}); INSERT INTO t (id) VALUES (1), (2); ${change}`,
  );
  return sqlite;
};

it.each([
  ['nothing', '', undefined],
  ['a value', "UPDATE t SET c1234 = 'else' WHERE id = 2", 'c1234'],
  ['a storage class', "UPDATE t SET c1001 = '1001'", 'c1001'],
  ['the last digit of a real', 'UPDATE t SET c7 = 0.1 + 0.2', 'c7'],
  ['NULL beside an empty text', "UPDATE t SET c8 = ''", 'c8'],
  ['a row', 'DELETE FROM t WHERE id = 2', 'id'],
])('finds in a table of 2000 columns that %s differs', (_title, change, column) => {
  const [one, other] = [
    wide(
      change.includes('0.1')
        ? 'UPDATE t SET c7 = 0.3'
        : change.includes('c8')
          ? 'UPDATE t SET c8 = NULL'
          : '',
    ),
    wide(change),
  ];
  expect(findDifferingColumn('t', readColumns(one, 't'), [one, other])).toBe(column);
});
