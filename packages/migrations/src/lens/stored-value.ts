import { quoteIdentifier } from '../sql/index.ts';
import {
  blobs,
  type Classes,
  classesAfterStoring,
  classesHeldBy,
  integers,
  isWithin,
  nulls,
  numbers,
  numerals,
  texts,
  wholeReals,
} from './storage-classes.ts';
import type { Affinity, ColumnShape } from './table-shape.ts';
import type { Expression, Value } from './value.ts';

/** The value a column holds after an expression was stored in it, as `INSERT` and `UPDATE` do. */
export function storedValue(expression: Expression | Value, column: ColumnShape): Value {
  const { affinity, collation } = column;
  const classes = classesAfterStoring(expression.classes, affinity);
  const isSame = isWithin(expression.classes, classesHeldBy(affinity));
  if ('column' in expression && isSame && hasAffinity(expression, affinity)) {
    return { ...expression, collation, classes };
  }
  const { jsonb } = expression;
  const value = computedValue(storedSql(expression, affinity), expression, classes, column);
  return isSame && jsonb !== undefined ? { ...value, jsonb } : value;
}

/** The value of a column of which some rows were stored anew (an UPDATE with WHERE), others kept. */
export function choiceOfValues(
  condition: Expression,
  stored: Expression,
  kept: Value,
  column: ColumnShape,
): Value {
  const { affinity } = column;
  const classes = classesAfterStoring(stored.classes, affinity) | kept.classes;
  const choice = `CASE WHEN ${condition.sql} THEN ${convertedSql(stored, affinity)} ELSE ${kept.sql} END`;
  const parts = [condition, stored, kept];
  const whole: Expression = {
    sql: choice,
    classes,
    cost: parts.reduce((sum, part) => sum + part.cost, 1),
    depth: Math.max(...parts.map((part) => part.depth)) + 1,
    canFail: parts.some((part) => part.canFail),
  };
  const value = computedValue(storedSql(whole, affinity), whole, classes, column);
  const isJson = stored.jsonb !== undefined || kept.jsonb !== undefined;
  if (!isJson || !isWithin(stored.classes, classesHeldBy(affinity))) return value;
  const [then, otherwise] = [stored.jsonb ?? stored.sql, kept.jsonb ?? kept.sql];
  return {
    ...value,
    jsonb: `CASE WHEN ${condition.jsonb ?? condition.sql} THEN ${then} ELSE ${otherwise} END`,
  };
}

/**
 * The same expression with some columns of the source computed once for it, not at each place that mentions them: SQLite
 * does not flatten a query without FROM. It stands under the source's own name, by which expressions may qualify them.
 */
export function withColumnsComputedOnce(sql: string, columns: readonly string[], alias: string): string {
  if (columns.length === 0) return sql;
  return `(SELECT ${sql} FROM (SELECT ${columns.join(', ')}) AS ${quoteIdentifier(alias)})`;
}

/** Where a query stands in an expression, SQLite does not know yet what columns of the query around it are like. */
export function explicitColumn({ column, affinity, collation }: Value): string {
  const name = quoteIdentifier(column ?? '');
  const type = (affinity ?? 'blob').toUpperCase();
  return `(SELECT ${name} UNION ALL SELECT CAST(NULL AS ${type})) COLLATE ${quoteIdentifier(collation)} AS ${name}`;
}

function computedValue(sql: string, from: Expression, classes: Classes, column: ColumnShape): Value {
  return {
    sql,
    column: undefined,
    affinity: column.affinity,
    ownCollation: undefined,
    collation: column.collation,
    classes,
    cost: from.cost + 20,
    depth: from.depth + 10,
    canFail: from.canFail,
  };
}

/** Affinities that no comparison can tell apart: all numeric ones. Source: https://www.sqlite.org/datatype3.html#comp */
function hasAffinity(value: Value, affinity: Affinity): boolean {
  const isNumeric = (it: Affinity | undefined) => it === 'integer' || it === 'real' || it === 'numeric';
  return value.affinity === affinity || (isNumeric(value.affinity) && isNumeric(affinity));
}

/** The kinds of values that CAST changes exactly as storing does. It would turn 'abc' into 0. */
const castable: Record<Affinity, Classes> = {
  blob: nulls | blobs,
  text: nulls | numbers | texts,
  integer: nulls | integers,
  numeric: nulls | integers,
  real: nulls | numbers,
};

/**
 * The expression as a column stores it, and with the column's affinity. Where CAST cannot give both, a scalar subquery
 * gives the affinity: it has that of its last SELECT, and the value of its first.
 */
function storedSql(expression: Expression, affinity: Affinity): string {
  const type = affinity.toUpperCase();
  if (isWithin(expression.classes, castable[affinity])) return `CAST(${expression.sql} AS ${type})`;
  return `(SELECT ${convertedSql(expression, affinity)} UNION ALL SELECT CAST(NULL AS ${type}))`;
}

/** The expression as a column's affinity changes it. Source: https://www.sqlite.org/datatype3.html#type_affinity */
function convertedSql(expression: Expression, affinity: Affinity): string {
  const { sql, classes } = expression;
  if (isWithin(classes, classesHeldBy(affinity))) return sql;
  if (isWithin(classes, castable[affinity])) return `CAST(${sql} AS ${affinity.toUpperCase()})`;
  const isName = 'column' in expression && expression.column !== undefined;
  if (isName) return conversion(sql, classes, affinity);
  return `(SELECT ${conversion('"stored"', classes, affinity)} FROM (SELECT ${sql} AS "stored"))`;
}

function conversion(name: string, classes: Classes, affinity: Affinity): string {
  if (affinity === 'text') {
    return `CASE WHEN typeof(${name}) IN ('integer', 'real') THEN CAST(${name} AS TEXT) ELSE ${name} END`;
  }
  const number = `CAST(${name} AS NUMERIC)`;
  // A comparison applies the affinity that storing applies: it holds for the texts that storing turns into numbers.
  const text = affinity === 'real' ? `CAST(${number} AS REAL)` : wholeAsInteger(number);
  const cases = [
    affinity === 'real' && classes & integers ? `WHEN 'integer' THEN CAST(${name} AS REAL)` : '',
    affinity !== 'real' && classes & wholeReals ? `WHEN 'real' THEN ${wholeAsInteger(name)}` : '',
    classes & numerals ? `WHEN 'text' THEN CASE WHEN ${name} = ${number} THEN ${text} ELSE ${name} END` : '',
  ];
  return `CASE typeof(${name}) ${cases.filter(Boolean).join(' ')} ELSE ${name} END`;
}

/** The two ends of the integers stay real: SQLite does not trust the conversion there. */
function wholeAsInteger(name: string): string {
  const integer = `CAST(${name} AS INTEGER)`;
  const ends = '(-9223372036854775807 - 1, 9223372036854775807)';
  const isWhole = `typeof(${name}) = 'real' AND ${integer} = ${name} AND ${integer} NOT IN ${ends}`;
  return `CASE WHEN ${isWhole} THEN ${integer} ELSE ${name} END`;
}
