import {
  type Expr,
  nameKey,
  type ResultColumn,
  type SelectFrom,
  type SortedColumn,
} from '../../sql/index.ts';
import { isFiltered, nestArm, valuesOfArm } from '../nest-arm.ts';
import { type OperationContext, scopeOf } from '../operation.ts';
import type { Arm, Relation } from '../program.ts';
import { readExpression } from '../read-expression.ts';
import { Refused } from '../refused.ts';
import { resolveNode, type Scope } from '../scope.ts';
import type { Expression, Value } from '../value.ts';
import { withJsonb } from '../with-jsonb.ts';
import type { IncomingArm } from './stored-arm.ts';

/** The rows of a query over one table, arm by arm, so that an index of the file still serves each. */
export function readSingleTable(
  select: SelectFrom,
  order: readonly SortedColumn[],
  { table, alias }: { readonly table: string; readonly alias: string },
  context: OperationContext,
): IncomingArm[] {
  const relation = context.tables.get(table);
  const arms = relation.arms.filter((arm) => arm.source.kind !== 'nothing');
  return arms.map((arm) => readArm(select, { table, alias, relation, arm, order }, context));
}

interface From {
  readonly table: string;
  readonly alias: string;
  readonly relation: Relation;
  readonly arm: Arm;
  readonly order: readonly SortedColumn[];
}

/** A query of bare columns needs no step of its own; any other reads the table's rows as they were. */
function readArm(
  { columns: selected, whereClause }: SelectFrom,
  { table, alias, relation, arm, order }: From,
  context: OperationContext,
): IncomingArm {
  const known = valuesOfArm(arm, relation.columns);
  const frame = { tables: [{ alias: nameKey(alias), table: nameKey(table), values: known }] };
  const scope = scopeOf(context, frame);
  assertSortable(order, selected, scope);
  const items = selected.flatMap((item) => expandStar(item, relation, alias));
  const names = items.map((item) => nameOfColumn(item, scope));
  if (!whereClause && names.every((name) => name !== undefined)) {
    const keys = relation.columns.map(nameKey);
    return { ...arm, values: names.map((name) => arm.values[keys.indexOf(name)]) };
  }
  const uses: string[] = [];
  const values = items.map((item, at) => {
    const name = names[at];
    return name === undefined ? readWithJsonb(item as Expr, scope, uses) : known.get(name);
  });
  const condition = whereClause && readWithJsonb(whereClause, scope, uses);
  const where = condition && filterBy(condition.sql);
  const { columns } = relation;
  const usesJsonb = uses.some((use) => !known.has(use));
  const reading = { columns, alias, reads: scope.reads, usesJsonb };
  const expressions = values.filter((value) => value !== undefined);
  if (condition && expressions.some((value) => value.canFail)) {
    if (!condition.canFail && !isFiltered(arm)) {
      const guarded = values.map((value) => value && guardedBy(condition, value));
      return { ...nestArm(arm, reading), values: guarded, where };
    }
    const filtered = { ...nestArm(arm, { ...reading, expressions: [condition] }), where };
    return { ...nestArm(filtered, { ...reading, expressions }), values };
  }
  const all = condition ? [...expressions, condition] : expressions;
  return { ...nestArm(arm, { ...reading, expressions: all }), values, where };
}

function readWithJsonb(node: Expr, scope: Scope, allUses: string[]): Expression {
  const uses: string[] = [];
  const read = readExpression(node, { ...scope, uses });
  const result = withJsonb({ node, read }, undefined, uses, scope);
  allUses.push(...result.uses, ...result.jsonbUses);
  return result.stored;
}

/**
 * The condition of a WHERE. As what is joined from the right, a key that LIKE compares takes rows of the left away where
 * SQLite searches by it: `l LEFT JOIN (SELECT … WHERE id LIKE 'a%')`, found in 3.54. After a `+` it does not.
 */
function filterBy(condition: string): string {
  return /\blike\b/i.test(condition) ? `+(${condition})` : condition;
}

/** An expression that can fail is evaluated for the rows of the query alone, whatever a filter above it asks first. */
function guardedBy(condition: Expression, value: Expression | Value): Expression | Value {
  if (!value.canFail) return value;
  const sql = `CASE WHEN ${condition.sql} THEN ${value.sql} END`;
  const depth = 1 + Math.max(condition.depth, value.depth);
  return { sql, classes: value.classes, cost: value.cost + condition.cost, depth, canFail: false };
}

function expandStar(item: ResultColumn, relation: Relation, alias: string): (Expr | string)[] {
  if (item.type === 'ExprResultColumn') return [item.expr];
  if (item.type === 'TableStarResultColumn' && nameKey(item.table.text) !== nameKey(alias))
    throw new Refused(`it selects every column of ${item.table.text}, which is not its table`);
  return [...relation.columns];
}

/** The name key of the column that an item is, if it is nothing but a column of the table. */
function nameOfColumn(item: Expr | string, scope: Scope): string | undefined {
  if (typeof item === 'string') return nameKey(item);
  const column = resolveNode(item, scope);
  if (!column) return undefined;
  readExpression(item, scope);
  return nameKey(column.value.column ?? '');
}

/** The order decides nothing but rowids that nobody sees; it must only be there for every row. */
function assertSortable(
  order: readonly SortedColumn[],
  selected: readonly ResultColumn[],
  scope: Scope,
): void {
  const aliases = selected.map((item) => item.type === 'ExprResultColumn' && item.alias?.name.text);
  for (const { expr } of order) {
    if (expr.type === 'Id' && aliases.includes(expr.name)) continue;
    if (readExpression(expr, scope).canFail) throw new Refused('it sorts by an expression that can fail');
  }
}
