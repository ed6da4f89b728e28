import type { Node } from 'sql-parser-cst';
import { nameKey } from '../../sql/name-key.ts';
import { type OperationContext, scopeOf } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { type Arm, isFiltered, mergedValues, nestArm, type Relation } from '../relation.ts';
import type { Scope } from '../scope.ts';
import type { Expression, Value } from '../value.ts';
import type { Select } from './select-parts.ts';
import type { IncomingArm } from './stored-arm.ts';

/** The rows of a query over one table, arm by arm, so that an index of the file still serves each. */
export function readSingleTable(
  select: Select,
  { table, alias }: { readonly table: string; readonly alias: string },
  context: OperationContext,
): IncomingArm[] {
  const relation = context.tables.get(table);
  const arms = relation.arms.filter((arm) => arm.source.kind !== 'nothing');
  return arms.map((arm) => readArm(select, { table, alias, relation, arm }, context));
}

interface From {
  readonly table: string;
  readonly alias: string;
  readonly relation: Relation;
  readonly arm: Arm;
}

/** A query of bare columns needs no step of its own; any other reads the table's rows as they were. */
function readArm(
  select: Select,
  { table, alias, relation, arm }: From,
  context: OperationContext,
): IncomingArm {
  const known = mergedValues({ ...relation, arms: [arm] });
  const frame = { tables: [{ alias: nameKey(alias), table: nameKey(table), values: known }] };
  const scope = scopeOf(context, frame);
  const items = select.items.flatMap((item) => expandStar(item, relation));
  const names = items.map((item) => nameOfColumn(item, scope));
  if (!select.where && names.every((name) => name !== undefined)) {
    const keys = relation.columns.map(nameKey);
    return { ...arm, values: names.map((name) => arm.values[keys.indexOf(name)]) };
  }
  const values = items.map((item, at) => {
    const name = names[at];
    return name === undefined ? readExpression(item as Node, scope) : known.get(name);
  });
  const condition = select.where && readExpression(select.where, scope);
  const { columns } = relation;
  const reading = { columns, alias, reads: scope.reads };
  const expressions = values.filter((value) => value !== undefined);
  if (condition && expressions.some((value) => value.canFail)) {
    if (!condition.canFail && !isFiltered(arm)) {
      const guarded = values.map((value) => value && guardedBy(condition, value));
      return { ...nestArm(arm, reading), values: guarded, where: condition.sql };
    }
    const filtered = { ...nestArm(arm, { ...reading, expressions: [condition] }), where: condition.sql };
    return { ...nestArm(filtered, { ...reading, expressions }), values };
  }
  const all = condition ? [...expressions, condition] : expressions;
  return { ...nestArm(arm, { ...reading, expressions: all }), values, where: condition?.sql };
}

/** An expression that can fail is evaluated for the rows of the query alone, whatever a filter above it asks first. */
function guardedBy(condition: Expression, value: Expression | Value): Expression | Value {
  if (!value.canFail) return value;
  const sql = `CASE WHEN ${condition.sql} THEN ${value.sql} END`;
  const depth = 1 + Math.max(condition.depth, value.depth);
  return { sql, classes: value.classes, cost: value.cost + condition.cost, depth, canFail: false };
}

function expandStar(item: Node, relation: Relation): (Node | string)[] {
  if (item.type === 'alias') return [item.expr];
  return item.type === 'all_columns' ? [...relation.columns] : [item];
}

/** The name key of the column that an item is, if it is nothing but a column of the table. */
function nameOfColumn(item: Node | string, scope: Scope): string | undefined {
  if (typeof item === 'string') return nameKey(item);
  const [qualifier, name] =
    item.type === 'member_expr' && item.object.type === 'identifier'
      ? [item.object.name, item.property]
      : [undefined, item];
  if (name.type !== 'identifier') return undefined;
  readExpression(item, scope);
  return qualifier === undefined || scope.frames[0]?.tables[0]?.alias === nameKey(qualifier)
    ? nameKey(name.name)
    : undefined;
}
