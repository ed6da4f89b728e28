import type { Node } from 'sql-parser-cst';
import { nameKey } from '../../sql/name-key.ts';
import type { ReadExpression } from '../expression-parts.ts';
import { type OperationContext, scopeOf } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { readFrom } from '../read-from.ts';
import { Refused } from '../refused.ts';
import { resolveColumn, type Scope } from '../scope.ts';
import { textOf } from '../statement-text.ts';
import { literalExpression, type Value } from '../value.ts';
import type { Select } from './select-parts.ts';
import type { IncomingArm } from './stored-arm.ts';

/** The rows of a query with joins, DISTINCT or GROUP BY: the query itself, over its tables as they were. */
export function readQuery(select: Select, context: OperationContext): IncomingArm {
  const outer = scopeOf(context);
  const from = readFrom(select.from as Node, outer, readExpression);
  const scope: Scope = { ...outer, frames: [from.frame] };
  const order = select.orderBy.map((it) => (it.type === 'sort_specification' ? it.expr : it));
  const parts = [select.where, ...select.groupBy, ...order].flatMap((it) =>
    it ? [readExpression(it, scope)] : [],
  );
  const items = readItems(select, scope);
  const having = select.having ? [readExpression(select.having, { ...scope, aggregates: 'orderless' })] : [];
  const canFail = [...from.conditions, ...parts, ...items, ...having].some((part) => part.canFail);
  if (scope.reads.has('the query')) throw new Refused('it reads a table whose name the lens uses');
  return {
    values: items.map((item, at) => literalExpression(`"column${at + 1}"`, item.classes)),
    source: {
      kind: 'query',
      sql: textOf(select.query, scope.sql),
      columnCount: items.length,
      isBarrier: canFail,
    },
    where: undefined,
    reads: scope.reads,
    dear: 'a pending migration joins or groups rows',
  };
}

/** Of rows that count as one, SQLite keeps any: so each item must be the same in all of them. */
function readItems(select: Select, scope: Scope): ReadExpression[] {
  const keys = new Set(select.groupBy.map((node) => keyOf(node, scope)));
  const isGrouped = keys.size > 0 || select.having !== undefined;
  return select.items.map((item) => {
    const node = item.type === 'alias' ? item.expr : item;
    if (node.type === 'all_columns') throw new Refused('it selects every column of a join');
    const value = readExpression(node, { ...scope, aggregates: 'orderless' });
    const isKey = keyOf(node, scope) !== undefined && keys.has(keyOf(node, scope));
    if (select.isDistinct && !isLiteral(node) && !isExactColumn(node, scope)) {
      throw new Refused('it selects DISTINCT values of which some may compare as equal and differ');
    }
    if (!value.hasAggregate && isGrouped && !isLiteral(node) && !(isKey && isExactColumn(node, scope))) {
      throw new Refused('it selects a column of a group that is not what it groups by');
    }
    if (value.hasAggregate && value.frames.size > 0)
      throw new Refused('it selects a column beside an aggregate');
    return value;
  });
}

function isLiteral(node: Node): boolean {
  return node.type.endsWith('_literal');
}

function columnOf(node: Node, scope: Scope): ReturnType<typeof resolveColumn> | undefined {
  if (node.type === 'identifier') return resolveColumn(scope, node.name);
  if (node.type !== 'member_expr') return undefined;
  const { object, property } = node;
  if (object.type !== 'identifier' || property.type !== 'identifier') return undefined;
  return resolveColumn(scope, property.name, object.name);
}

function keyOf(node: Node, scope: Scope): string | undefined {
  const column = columnOf(node, scope);
  return column && `${column.frameTable.alias} ${nameKey(column.value.column ?? '')}`;
}

/** True for a column whose values are the same when they compare as equal. */
function isExactColumn(node: Node, scope: Scope): boolean {
  const value: Value | undefined = columnOf(node, scope)?.value;
  return (
    value !== undefined &&
    value.affinity !== 'blob' &&
    value.affinity !== undefined &&
    value.collation === 'BINARY'
  );
}
