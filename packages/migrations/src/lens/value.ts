import { quoteIdentifier } from '../sql-tokens.ts';
import {
  blobs,
  type Classes,
  classesAfterStoring,
  classesHeldBy,
  fractions,
  integers,
  isWithin,
  nulls,
  numbers,
  texts,
} from './storage-classes.ts';
import type { Affinity, ColumnShape } from './table-shape.ts';

/** An expression and what can be said of its values. */
export interface Expression {
  readonly sql: string;
  readonly classes: Classes;
  /** How many nodes it has once SQLite has put every nested query's expression in its place. */
  readonly cost: number;
  /** How deep that tree is. */
  readonly depth: number;
  /** True when evaluating it can raise an error, as `json('{')` does. */
  readonly canFail: boolean;
}

/** An expression of a SELECT, with all that a query can tell it by. */
export interface Value extends Expression {
  /** Set when `sql` is nothing but a column of the source. */
  readonly column: string | undefined;
  /** The affinity SQLite gives the expression; undefined when it has none. */
  readonly affinity: Affinity | undefined;
  /** The collation the expression has by itself; undefined when it has none. */
  readonly ownCollation: string | undefined;
  /** The collation that comparisons must use. */
  readonly collation: string;
}

export function literalExpression(sql: string, classes: Classes): Expression {
  return { sql, classes, cost: 1, depth: 1, canFail: false };
}

/** A column of the source, untouched. */
export function columnValue(
  name: string,
  from: Pick<Value, 'affinity' | 'collation' | 'classes'> & Partial<Expression>,
): Value {
  const { affinity, collation, classes } = from;
  return {
    ...literalExpression(quoteIdentifier(name), classes),
    cost: from.cost ?? 1,
    depth: from.depth ?? 1,
    canFail: from.canFail ?? false,
    column: name,
    affinity,
    ownCollation: collation,
    collation,
  };
}

/** What a column of a table can hold. A STRICT table holds nothing but its declared types. */
export function classesOfColumn(column: ColumnShape, isStrict: boolean, isRowidAlias: boolean): Classes {
  if (isRowidAlias) return integers;
  const held = classesHeldBy(column.affinity);
  const strictly = {
    text: texts,
    integer: integers,
    real: classesHeldBy('real') & numbers,
    blob: held,
    numeric: held,
  };
  const isAny = column.declaredType.toUpperCase() === 'ANY';
  const classes = isStrict && !isAny ? strictly[column.affinity] | nulls : held;
  return column.isNotNull ? classes & ~nulls : classes;
}

/** The value a column holds after an expression was stored in it, as `INSERT` and `UPDATE` do. */
export function storedValue(expression: Expression | Value, column: ColumnShape): Value {
  const { affinity, collation } = column;
  const converted = convertForStoring(expression, affinity);
  const classes = classesAfterStoring(expression.classes, affinity);
  if ('column' in expression && converted === expression.sql && hasAffinity(expression, affinity)) {
    return { ...expression, collation, classes };
  }
  return {
    ...sizeAround(expression, converted === expression.sql ? 4 : 24),
    sql: giveAffinity(converted, classes, affinity),
    column: undefined,
    affinity,
    ownCollation: undefined,
    collation,
    classes,
  };
}

/** The value of a column of which some rows were stored anew (an UPDATE with WHERE), others kept. */
export function choiceOfValues(
  condition: Expression,
  stored: Expression,
  kept: Value,
  column: ColumnShape,
): Value {
  const converted = convertForStoring(stored, column.affinity);
  const classes = classesAfterStoring(stored.classes, column.affinity) | kept.classes;
  const choice = `CASE WHEN ${condition.sql} THEN ${converted} ELSE ${kept.sql} END`;
  return {
    sql: giveAffinity(choice, classes, column.affinity),
    column: undefined,
    affinity: column.affinity,
    ownCollation: undefined,
    collation: column.collation,
    classes,
    cost: condition.cost + stored.cost + kept.cost + 30,
    depth: Math.max(condition.depth, stored.depth, kept.depth) + 12,
    canFail: condition.canFail || stored.canFail || kept.canFail,
  };
}

function sizeAround({ cost, depth, canFail }: Expression, nodes: number) {
  return { cost: cost + nodes, depth: depth + Math.min(nodes, 12), canFail };
}

/** Affinities that no comparison can tell apart: all numeric ones. Source: https://www.sqlite.org/datatype3.html#comp */
function hasAffinity(value: Value, affinity: Affinity): boolean {
  const isNumeric = (it: Affinity | undefined) => it === 'integer' || it === 'real' || it === 'numeric';
  return value.affinity === affinity || (isNumeric(value.affinity) && isNumeric(affinity));
}

/**
 * The expression as the column's affinity changes it when it is stored; CAST alone would turn 'abc' into 0.
 * Source: https://www.sqlite.org/datatype3.html#type_affinity
 */
function convertForStoring(expression: Expression, affinity: Affinity): string {
  if (isWithin(expression.classes, classesHeldBy(affinity))) return expression.sql;
  const isCastEnough =
    (affinity === 'text' && isWithin(expression.classes, nulls | numbers | texts)) ||
    (affinity === 'real' && isWithin(expression.classes, nulls | numbers));
  if (isCastEnough) return `CAST(${expression.sql} AS ${affinity.toUpperCase()})`;
  const isName = 'column' in expression && expression.column !== undefined;
  if (isName) return conversions[affinity](expression.sql);
  return `(SELECT ${conversions[affinity]('"stored"')} FROM (SELECT ${expression.sql} AS "stored"))`;
}

const conversions: Record<Affinity, (name: string) => string> = {
  blob: (name) => name,
  text: (name) =>
    `CASE WHEN typeof(${name}) IN ('integer', 'real') THEN CAST(${name} AS TEXT) ELSE ${name} END`,
  integer: numericConversion,
  numeric: numericConversion,
  real: (name) =>
    `CASE typeof(${name}) WHEN 'integer' THEN CAST(${name} AS REAL) ` +
    `WHEN 'text' THEN CASE WHEN ${isNumeral(name)} THEN CAST(CAST(${name} AS NUMERIC) AS REAL) ELSE ${name} END ` +
    `ELSE ${name} END`,
};

function numericConversion(name: string): string {
  return (
    `CASE typeof(${name}) WHEN 'real' THEN ${wholeAsInteger(name)} ` +
    `WHEN 'text' THEN CASE WHEN ${isNumeral(name)} THEN ${wholeAsInteger(`CAST(${name} AS NUMERIC)`)} ELSE ${name} END ` +
    `ELSE ${name} END`
  );
}

/** A comparison applies the affinity that storing applies: it is true for the texts that storing turns into numbers. */
function isNumeral(name: string): string {
  return `${name} = CAST(${name} AS NUMERIC)`;
}

/** The two ends of the integer range stay real: SQLite does not trust the conversion there. */
function wholeAsInteger(name: string): string {
  const integer = `CAST(${name} AS INTEGER)`;
  const ends = '(-9223372036854775807 - 1, 9223372036854775807)';
  return `CASE WHEN typeof(${name}) = 'real' AND ${integer} = ${name} AND ${integer} NOT IN ${ends} THEN ${integer} ELSE ${name} END`;
}

/**
 * Gives an expression a column's affinity and leaves its value alone. CAST does both where it changes none of the
 * values there can be. Otherwise a scalar subquery does: its affinity is that of its last SELECT, its value that of
 * the first.
 */
function giveAffinity(sql: string, classes: Classes, affinity: Affinity): string {
  const type = affinity.toUpperCase();
  const isCastHarmless = {
    blob: isWithin(classes, nulls | blobs),
    text: isWithin(classes, nulls | texts),
    integer: isWithin(classes, nulls | integers),
    numeric: isWithin(classes, nulls | integers | fractions),
    real: isWithin(classes, nulls | (numbers & ~integers)),
  }[affinity];
  if (isCastHarmless) return `CAST(${sql} AS ${type})`;
  return `(SELECT ${sql} UNION ALL SELECT CAST(NULL AS ${type}))`;
}
