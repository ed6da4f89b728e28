import { quoteIdentifier } from '../sql/index.ts';
import type { JsonSteps } from './json-chain.ts';
import { type Classes, classesHeldBy, integers, nulls, numbers, texts } from './storage-classes.ts';
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
  /** What JSON functions take for the same, where it spares them to write JSON as text and to read it again. */
  readonly jsonb?: string | undefined;
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
  /** Set when it is what JSON functions made of a column, to which later ones may add. */
  readonly chain?: JsonChain | undefined;
}

export interface JsonCondition {
  readonly sql: string;
  /** True when it asks for nothing but that the column is not NULL. */
  readonly isNotNull: boolean;
}

/** JSON made of a column of the rows below, or that as it is where a condition does not hold. */
export interface JsonChain extends JsonSteps {
  readonly kept: Value;
  readonly condition: JsonCondition | undefined;
  readonly cost: number;
  readonly depth: number;
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
