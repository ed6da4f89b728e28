import type { Node, SelectStmt } from 'sql-parser-cst';
import { nameKey } from '../name-key.ts';
import { type OperationContext, scopeOf } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { Refused } from '../refused.ts';
import { type Arm, mergedValues, nestArm, type Relation } from '../relation.ts';
import type { Scope } from '../scope.ts';
import type { Expression, Value } from '../value.ts';
import { targetOf } from './target.ts';

/** Rows on their way into a table. */
export interface IncomingArm extends Omit<Arm, 'values'> {
  readonly values: readonly (Expression | Value | undefined)[];
}

interface Select {
  readonly items: readonly Node[];
  readonly from: Node | undefined;
  readonly where: Node | undefined;
}

/** The rows of `SELECT … FROM t WHERE p`, or of several such queries joined by UNION ALL. */
export function readSelect(query: Node, context: OperationContext): IncomingArm[] {
  if (query.type === 'compound_select_stmt') {
    const { operator } = query;
    const isAll = Array.isArray(operator) && operator.map((it) => it.name).join(' ') === 'UNION ALL';
    if (!isAll) throw new Refused('it joins queries by something else than UNION ALL');
    return [...readSelect(query.left, context), ...readSelect(query.right, context)];
  }
  if (query.type !== 'select_stmt')
    throw new Refused('it inserts rows of a query that the lens does not know');
  const select = partsOf(query);
  if (!select.from) return [readConstants(select, context)];
  const { table, alias } = targetOf(select.from);
  const relation = context.tables.get(table);
  return relation.arms.map((arm) => readArm(select, { table, alias, relation, arm }, context));
}

/** ORDER BY decides nothing but rowids that nobody sees. */
function partsOf(query: SelectStmt): Select {
  const select: { items: readonly Node[]; from?: Node; where?: Node } = { items: [] };
  for (const clause of query.clauses) {
    if (clause.type === 'select_clause' && clause.modifiers.length === 0)
      select.items = clause.columns?.items ?? [];
    else if (clause.type === 'from_clause') select.from = clause.expr;
    else if (clause.type === 'where_clause') select.where = clause.expr;
    else if (clause.type !== 'order_by_clause') throw new Refused(`it selects with ${clause.type}`);
  }
  return { items: select.items, from: select.from, where: select.where };
}

function readConstants(select: Select, context: OperationContext): IncomingArm {
  const scope = scopeOf(context);
  const row = select.items.map((item) => readExpression(item.type === 'alias' ? item.expr : item, scope));
  const where = select.where && readExpression(select.where, scope);
  return {
    values: row.map((value, at) => ({ ...value, sql: `"column${at + 1}"` })),
    source: { kind: 'rows', rows: [`(${row.map((value) => value.sql).join(', ')})`] },
    where: where?.sql,
    reads: scope.reads,
    dear: undefined,
  };
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
    const filtered = { ...nestArm(arm, { ...reading, expressions: [condition] }), where: condition.sql };
    return { ...nestArm(filtered, { ...reading, expressions }), values };
  }
  const all = condition ? [...expressions, condition] : expressions;
  return { ...nestArm(arm, { ...reading, expressions: all }), values, where: condition?.sql };
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
