import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { parseSql, type SqlNode, visitSql } from '../sql/index.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { canFail } from './can-fail.ts';
import { dateFunctions, sqlFunctions } from './sql-functions.ts';

const values = [
  'NULL',
  '0',
  '99',
  '9e999',
  '-9223372036854775807 - 1',
  '9223372036854775807',
  `''`,
  `'a'`,
  `'{'`,
  `'{"a":[1]}'`,
  `'$.a'`,
  `'%*.*d'`,
  `x'ff'`,
  `x'6b61'`,
];

const lineage = lineageOf([]);
const sqlite = new Database(':memory:');
const long = `hex(zeroblob(70000))`;
sqlite.exec(
  `CREATE TABLE v AS ${[...values, long].map((value) => `SELECT ${value} AS v`).join(' UNION ALL ')}`,
);

it.each([...Object.keys(sqlFunctions), ...Object.keys(dateFunctions)])(
  '%s fails on no value, or is known to',
  (name) => {
    for (const args of ['a.v', 'a.v, b.v', 'a.v, b.v, c.v']) {
      const sql = `SELECT ${name}(${args})`;
      if (mayFail(sql)) continue;
      const cells = `SELECT count(${name}(${args})) FROM v AS a, v AS b, v AS c`;
      const statement = unlessWrong(() => sqlite.prepare(cells));
      expect(() => statement?.get(), sql).not.toThrow();
    }
  },
);

it.each([
  [`SELECT replace(a, 'bc', 'd')`, false],
  [`SELECT replace(a, 'b', 'cd')`, true],
  [`SELECT replace(a, b, 'cd')`, true],
  [`SELECT replace(a, b, '')`, false],
  [`SELECT printf('%5d: %s', a, b)`, false],
  [`SELECT printf('%*d', a, b)`, true],
  [`SELECT a LIKE 'b%'`, false],
  [`SELECT a LIKE b || '%'`, true],
  [`SELECT a -> '$.b'`, true],
  ['SELECT json_valid(a)', false],
  ['SELECT * FROM json_each(a)', true],
])('%s can fail: %s', (sql, isFailing) => {
  expect(mayFail(sql)).toBe(isFailing);
});

function mayFail(sql: string): boolean {
  const nodes: SqlNode[] = [];
  visitSql(parseSql(sql) as SqlNode, (node) => void nodes.push(node));
  return nodes.some((node) => canFail(node, lineage));
}

/** Undefined where it takes another number of arguments. */
function unlessWrong<T>(prepare: () => T): T | undefined {
  try {
    return prepare();
  } catch {
    return undefined;
  }
}
