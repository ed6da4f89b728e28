import { quoteIdentifier } from '../../sql/sql-tokens.ts';
import type { Dice } from './dice.ts';
import { pickLiteral } from './literals.ts';
import { pickCondition, pickExpression } from './sample-expression.ts';
import type { SampleTable } from './sample-schema.ts';

const id = quoteIdentifier;

/** Every row of a table with the storage class and the literal of each cell, in an order that is the same for both. */
export function everyCell(name: string, columns: readonly string[]): string {
  const cells = columns.map((column) => `typeof(${id(column)}) || ' ' || quote(${id(column)})`);
  return `SELECT ${cells.join(', ')} FROM ${id(name)}`;
}

/** How every column compares with constants and with every column of another table: affinity and collation. */
export function everyComparison(table: SampleTable, other: SampleTable): string {
  const left = table.columns.map((column) => `a.${id(column.name)}`);
  const right = other.columns.slice(0, 3).map((column) => `b.${id(column.name)}`);
  const constants = ["'A'", "'abc'", "'5'", '5', "x'35'"];
  const sums = left.flatMap((column) => [
    ...constants.map((constant) => `sum(${column} = ${constant}) || ' ' || sum(${constant} < ${column})`),
    ...right.map((foreign) => `sum(${column} = ${foreign}) || ' ' || sum(${foreign} < ${column})`),
    `count(DISTINCT ${column})`,
  ]);
  return `SELECT ${sums.join(', ')} FROM ${id(table.name)} a, ${id(other.name)} b`;
}

/** A query at head whose rows have one order, or none that counts. */
export function pickQuery(dice: Dice, tables: readonly SampleTable[]): string {
  const table = dice.pick(tables);
  const other = dice.pick(tables);
  const name = id(table.name);
  const column = id(dice.pick(table.columns).name);
  const second = id(dice.pick(table.columns).name);
  const foreign = id(dice.pick(other.columns).name);
  const cells = table.columns.map((it) => `quote(${id(it.name)})`).join(', ');
  const ground = { table, alias: table.name, others: tables.filter((it) => it !== table) };
  const queries: (() => string)[] = [
    () => `SELECT ${cells} FROM ${name} WHERE ${pickCondition(dice, ground, 2)}`,
    () => `SELECT quote(${column}) FROM ${name} ORDER BY ${column}, ${cells}`,
    () =>
      `SELECT count(*), count(DISTINCT ${column}), count(${second}) FROM ${name} WHERE ${pickCondition(dice, ground)}`,
    () => `SELECT count(*), max(typeof(${second})) FROM ${name} GROUP BY ${column}`,
    () =>
      `SELECT quote(a.${column}), quote(b.${foreign}) FROM ${name} a JOIN ${id(other.name)} b ON a.${second} = b.${foreign}`,
    () =>
      `SELECT quote(a.${column}), quote(b.${foreign}) FROM ${name} a LEFT JOIN ${id(other.name)} b ON b.${foreign} = a.${column} AND a.${second} IS NOT NULL`,
    () => `SELECT ${cells} FROM ${name} WHERE ${column} IN (SELECT ${foreign} FROM ${id(other.name)})`,
    () =>
      `SELECT count(*) FROM (SELECT ${column} FROM ${name} UNION SELECT ${foreign} FROM ${id(other.name)})`,
    () => `SELECT quote(${pickExpression(dice, ground)}) FROM ${name}`,
    () =>
      `SELECT json_array(${column}), json_object('x', ${second}) FROM ${name} WHERE typeof(${column}) <> 'blob' AND typeof(${second}) <> 'blob'`,
    () => `SELECT DISTINCT typeof(${column}) FROM ${name} ORDER BY 1 DESC`,
    () =>
      `SELECT quote(CASE ${column} WHEN ${pickLiteral(dice)} THEN 1 WHEN ${second} THEN 2 ELSE ${second} END) FROM ${name}`,
    () =>
      `SELECT quote(a.${column}), (SELECT count(*) FROM ${id(other.name)} b WHERE b.${foreign} < a.${column}) FROM ${name} a`,
    () =>
      `SELECT a.${column} = b.${foreign}, b.${foreign} = a.${column}, a.${column} < b.${foreign} FROM ${name} a, ${id(other.name)} b`,
    () =>
      `SELECT ${cells} FROM ${name} WHERE ${column} = ${pickLiteral(dice)} OR ${second} = ${pickLiteral(dice)} ORDER BY ${second} DESC, ${cells} LIMIT 5`,
    () => `SELECT quote(${column}), count(*) OVER (PARTITION BY ${second}) FROM ${name}`,
  ];
  return dice.pick(queries)();
}
