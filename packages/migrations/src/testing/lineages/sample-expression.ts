import { quoteIdentifier } from '../../sql/sql-tokens.ts';
import type { Dice } from './dice.ts';
import { pickLiteral } from './literals.ts';
import type { SampleTable } from './sample-schema.ts';

/** What an expression may speak of: the columns of one table, qualified or not, and other tables by subqueries. */
export interface Ground {
  readonly table: SampleTable;
  /** The name that qualifies columns. */
  readonly alias: string;
  readonly others: readonly SampleTable[];
}

const collations = ['BINARY', 'NOCASE', 'RTRIM'];
const comparisons = ['=', '<>', '<', '>=', 'IS', 'IS NOT', '>', '<='];

/** An expression over a table's columns, of any kind that migrations are made of. */
export function pickExpression(dice: Dice, ground: Ground, depth = 2): string {
  const inner = () => pickExpression(dice, ground, depth - 1);
  if (depth <= 0) return dice.isOneIn(2) ? pickColumn(dice, ground) : pickLiteral(dice);
  const kinds: (() => string)[] = [
    () => pickLiteral(dice),
    () => pickColumn(dice, ground),
    () => `${inner()} || ${inner()}`,
    () => `coalesce(${inner()}, ${inner()})`,
    () => `CASE WHEN ${pickCondition(dice, ground, depth - 1)} THEN ${inner()} ELSE ${inner()} END`,
    () => `(${inner()} + ${pickLiteral(dice)})`,
    () => `CAST(${inner()} AS ${dice.pick(['TEXT', 'INTEGER', 'REAL', 'NUMERIC', 'BLOB'])})`,
    () => pickJson(dice, ground, depth),
    () =>
      `${dice.pick(['lower', 'upper', 'trim', 'typeof', 'hex', 'length', 'abs', 'quote', 'round'])}(${inner()})`,
    () => `${inner()} -- why ${dice.below(3)}\n * 2`,
    () => `nullif(${inner()}, ${pickLiteral(dice)})`,
    () => `-${inner()}`,
    () => `(${pickCondition(dice, ground, depth - 1)})`,
    () => `substr(${inner()}, 1, 2)`,
    () => `${inner()} COLLATE ${dice.pick(collations)}`,
    () => `CASE ${inner()} WHEN ${inner()} THEN ${inner()} END`,
    () => `replace(${inner()}, 'a', ${pickLiteral(dice)})`,
    () => `max(${inner()}, ${inner()})`,
    () => `printf('%s-%d', ${inner()}, 7)`,
    () => pickScalarSubquery(dice, ground),
    () => `double(${inner()})`,
    () => `date(${pickLiteral(dice)}, 'unixepoch')`,
    () => `${inner()} | 1`,
  ];
  return dice.pick(kinds)();
}

/** JSON functions fail on text that is not JSON, so they stand behind a guard, as in real migrations. */
function pickJson(dice: Dice, ground: Ground, depth: number): string {
  const column = pickColumn(dice, ground);
  const value = pickExpression(dice, ground, depth - 1);
  const calls = [
    `json_set(${column}, '$.n', typeof(${value}))`,
    `json_extract(${column}, '$.k')`,
    `${column} ->> '$.k'`,
    `${column} -> 'k'`,
    `json_remove(${column}, '$.k')`,
    `json_array(${column}, 1)`,
    `json(${column})`,
    `(SELECT json_group_array(value) FROM json_each(${column}))`,
    `json_object('was', json(${column}))`,
  ];
  const otherwise = dice.pick([column, 'NULL', "'{}'"]);
  return `CASE WHEN typeof(${column}) = 'text' AND json_valid(${column}) THEN ${dice.pick(calls)} ELSE ${otherwise} END`;
}

function pickScalarSubquery(dice: Dice, { table, alias, others }: Ground): string {
  const other = dice.pick([...others, table]);
  const o = quoteIdentifier(other.name);
  const column = quoteIdentifier(dice.pick(other.columns).name);
  const own = `${quoteIdentifier(alias)}.${quoteIdentifier(dice.pick(table.columns).name)}`;
  const pinned = quoteIdentifier((other.columns.find((it) => it.isKey) ?? other.columns[0])?.name ?? '');
  return dice.pick([
    `(SELECT count(*) FROM ${o})`,
    `(SELECT count(*) FROM ${o} AS "inner" WHERE "inner".${column} = ${own})`,
    `(SELECT max(${column}) FROM ${o})`,
    `(SELECT min("inner".${column}) FROM ${o} AS "inner" WHERE "inner".${column} > ${own})`,
    `(SELECT ${column} FROM ${o} AS "inner" WHERE "inner".${pinned} = ${own})`,
    `EXISTS (SELECT 1 FROM ${o} AS "inner" WHERE "inner".${column} IS ${own})`,
  ]);
}

export function pickColumn(dice: Dice, { table, alias }: Ground): string {
  const name = quoteIdentifier(dice.pick(table.columns).name);
  return dice.isOneIn(3) ? `${quoteIdentifier(alias)}.${name}` : name;
}

/** A condition as WHERE clauses have it. */
export function pickCondition(dice: Dice, ground: Ground, depth = 1): string {
  const column = () => pickColumn(dice, ground);
  const literal = () => pickLiteral(dice);
  const kinds: (() => string)[] = [
    () => `${column()} ${dice.pick(comparisons)} ${literal()}`,
    () => `${column()} IS NULL`,
    () => `${column()} ${dice.pick(comparisons)} ${column()}`,
    () => `${column()} IN (${literal()}, ${literal()}, ${literal()})`,
    () => `${column()} LIKE ${dice.pick(["'a%'", "'%b%'", "'5%'"])}`,
    () => `${column()} BETWEEN ${literal()} AND ${literal()}`,
    () => column(),
    () => `${literal()} ${dice.pick(comparisons)} ${column()}`,
    () => `typeof(${column()}) = ${dice.pick(["'text'", "'integer'", "'null'", "'real'"])}`,
    () => `${column()} NOT IN (${literal()}, ${literal()})`,
    () => pickSetCondition(dice, ground),
    () =>
      depth <= 0
        ? column()
        : `${pickCondition(dice, ground, depth - 1)} AND ${pickCondition(dice, ground, depth - 1)}`,
    () =>
      depth <= 0
        ? column()
        : `NOT (${pickCondition(dice, ground, depth - 1)} OR ${pickCondition(dice, ground, depth - 1)})`,
    () => (depth <= 0 ? column() : `${pickExpression(dice, ground, depth - 1)} = ${column()}`),
    () => `${column()} COLLATE ${dice.pick(collations)} = ${literal()}`,
  ];
  return dice.pick(kinds)();
}

function pickSetCondition(dice: Dice, ground: Ground): string {
  const other = dice.pick([ground.table, ...ground.others]);
  const o = quoteIdentifier(other.name);
  const column = quoteIdentifier(dice.pick(other.columns).name);
  const own = `${quoteIdentifier(ground.alias)}.${quoteIdentifier(dice.pick(ground.table.columns).name)}`;
  return dice.pick([
    `${own} IN (SELECT ${column} FROM ${o})`,
    `EXISTS (SELECT * FROM ${o} AS "inner" WHERE "inner".${column} = ${own})`,
    `${own} NOT IN (SELECT ${column} FROM ${o} WHERE ${column} IS NOT NULL)`,
    `${own} >= (SELECT max(${column}) FROM ${o})`,
  ]);
}
