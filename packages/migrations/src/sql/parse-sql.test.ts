import { expect, it } from 'vitest';
import { parseSql, visitSql } from './parse-sql.ts';

const within = (levels: number) => `SELECT ${'('.repeat(levels)}a${' + 1)'.repeat(levels)} FROM t`;
const chain = (levels: number) => `SELECT a${' + 1'.repeat(levels)} FROM t`;

it.each([
  [within(400), true],
  [within(985), false],
  [chain(900), true],
  [chain(2000), false],
  [`SELECT ${'(SELECT '.repeat(700)}1${')'.repeat(700)}`, false],
  [`SELECT ${'a, '.repeat(2000)} a FROM t`, true],
])('reads what is not too deep in itself to be visited, %#', (sql, isRead) => {
  const root = parseSql(sql);
  expect(root !== undefined).toBe(isRead);
  if (root) expect(() => visitSql(root, () => 'continue')).not.toThrow();
});
