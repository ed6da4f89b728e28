import { quoteIdentifier } from '../../sql/sql-tokens.ts';
import type { Dice } from './dice.ts';
import { pickLiteral } from './literals.ts';
import type { SampleTable } from './sample-schema.ts';

const id = quoteIdentifier;

/** The names that statements are made of, of one table and of another that may be the same. */
interface Parts {
  readonly name: string;
  readonly other: string;
  readonly column: string;
  readonly second: string;
  readonly foreign: string;
  readonly foreign2: string;
  readonly key: string | undefined;
}

function partsOf(dice: Dice, table: SampleTable, tables: readonly SampleTable[]): Parts {
  const other = dice.pick([...tables.filter((it) => it !== table), table]);
  const settable = table.columns.filter((column) => !column.isGenerated && !column.isKey);
  const pickColumn = (columns: SampleTable['columns']) => id(dice.pick(columns).name);
  const own = settable.length > 0 ? settable : table.columns;
  const key = table.columns.find((column) => column.isKey)?.name;
  return {
    name: id(table.name),
    other: id(other.name),
    column: pickColumn(own),
    second: pickColumn(own),
    foreign: pickColumn(other.columns),
    foreign2: pickColumn(other.columns),
    key: key === undefined ? undefined : id(key),
  };
}

/** Statements that SQLite has to run: they see the order of rows, or meet themselves, or invent keys. */
export function stagedStatement(dice: Dice, table: SampleTable, tables: readonly SampleTable[]): string[] {
  const parts = partsOf(dice, table, tables);
  const { name, other, column, second, foreign, foreign2, key = column } = parts;
  const order = dice.pick(['', ` ORDER BY ${foreign2}`, ` ORDER BY ${foreign} DESC`]);
  const limit = dice.pick(['', '', ` LIMIT ${1 + dice.below(3)}`]);
  const some = `SELECT ${foreign} FROM ${other}${order}`;
  return dice.pick([
    [`UPDATE ${name} SET ${column} = o.${foreign} FROM ${other} o WHERE o.${foreign2} >= ${name}.${second}`],
    [`INSERT INTO ${name} (${column}) SELECT ${foreign} FROM ${other}${order}${limit}`],
    [`INSERT INTO ${name} (${column}) VALUES (${pickLiteral(dice)}), (${pickLiteral(dice)})`],
    [
      `INSERT INTO ${name} (${key}, ${column}) SELECT ${foreign}, ${foreign2} FROM ${other} WHERE true ON CONFLICT DO UPDATE SET ${column} = excluded.${column}`,
    ],
    [
      `INSERT OR ${dice.pick(['IGNORE', 'REPLACE'])} INTO ${name} (${key}, ${column}) SELECT ${foreign}, ${foreign2} FROM ${other}${order}`,
    ],
    [`UPDATE ${name} SET ${column} = (${some} LIMIT 1)`],
    [
      `UPDATE ${name} SET ${column} = (SELECT group_concat(${foreign}) FROM ${other}) WHERE ${second} IS NOT NULL`,
    ],
    [
      `UPDATE ${name} SET (${column}, ${second}) = (SELECT ${foreign}, ${foreign2} FROM ${other}${order} LIMIT 1)`,
    ],
    [`DELETE FROM ${name} WHERE rowid NOT IN (SELECT max(rowid) FROM ${name} GROUP BY ${column})`],
    [`DELETE FROM ${name} WHERE (${column}, ${second}) IN (SELECT ${foreign}, ${foreign2} FROM ${other})`],
    [`UPDATE ${name} SET ${column} = rowid WHERE rowid % 2`],
    [
      `UPDATE ${name} SET ${column} = (SELECT count(*) FROM ${name} b WHERE b.${second} <= ${name}.${column})`,
    ],
    [
      `WITH o(x, n) AS (SELECT ${foreign}, row_number() OVER (ORDER BY ${foreign2}) FROM ${other}) UPDATE ${name} SET ${column} = (SELECT n FROM o WHERE x = ${second})`,
    ],
    [
      `WITH RECURSIVE o(x, n) AS (SELECT ${foreign}, 1 FROM ${other} UNION SELECT x || 'r', n + 1 FROM o WHERE n < 3) INSERT INTO ${name} (${column}) SELECT x FROM o`,
    ],
    [`DELETE FROM ${name} WHERE ${column} IS NOT NULL ORDER BY ${second} LIMIT 1`],
    [
      `CREATE TEMP VIEW "looked" AS SELECT ${foreign} AS "x", ${foreign2} AS "y" FROM ${other}`,
      `UPDATE ${name} SET ${column} = (SELECT "x" FROM "looked" WHERE "y" >= ${second} LIMIT 1)`,
      'DROP VIEW "looked"',
    ],
    [`UPDATE ${name} SET ${column} = (SELECT count(*) FROM "counted")`],
    [
      `CREATE TEMP TABLE "ranked" AS SELECT ${foreign} AS "x", row_number() OVER (ORDER BY ${foreign2}) AS "n" FROM ${other}`,
      'DELETE FROM "ranked" WHERE "n" > 5',
      `UPDATE ${name} SET ${column} = "n" FROM "ranked" WHERE "x" = ${second}`,
      `DELETE FROM ${name} WHERE ${column} IN (SELECT "n" FROM "ranked" WHERE "n" > 2)`,
      'DROP TABLE "ranked"',
    ],
  ]);
}

/** Triggers that write into another table or their own, so that a statement reaches further than it says. */
export function writingTrigger(dice: Dice, table: SampleTable, tables: readonly SampleTable[]): string[] {
  const { name, other, column, foreign, foreign2 } = partsOf(dice, table, tables);
  const event = dice.pick(['DELETE', 'UPDATE', 'INSERT']);
  const row = event === 'DELETE' ? 'old' : 'new';
  const body = dice.pick([
    `INSERT INTO ${other} (${foreign}) VALUES (${row}.${column})`,
    `UPDATE ${other} SET ${foreign} = ${row}.${column} WHERE ${foreign2} IS NOT NULL`,
    `UPDATE ${other} SET ${foreign} = (SELECT count(*) FROM ${name})`,
    `INSERT OR REPLACE INTO ${other} (${foreign}, ${foreign2}) VALUES (${row}.${column}, ${1 + dice.below(4)})`,
    `REPLACE INTO ${other} SELECT * FROM ${other} WHERE ${foreign} = ${row}.${column}`,
    `DELETE FROM ${other} WHERE ${foreign} = ${row}.${column}`,
  ]);
  const trigger = dice.pick(['fired', 'fired', 'fired too']);
  return [`CREATE TRIGGER IF NOT EXISTS "${trigger}" AFTER ${event} ON ${name} BEGIN ${body}; END`];
}
