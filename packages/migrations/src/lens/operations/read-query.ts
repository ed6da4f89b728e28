import {
  type Expr,
  type FromClause,
  nameKey,
  type Select,
  type SelectFrom,
  textOf,
} from '../../sql/index.ts';
import type { ReadExpression } from '../expression-parts.ts';
import { type OperationContext, scopeOf } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { readFrom } from '../read-from.ts';
import { Refused } from '../refused.ts';
import { resolveNode, type Scope } from '../scope.ts';
import { literalExpression, type Value } from '../value.ts';
import type { IncomingArm } from './stored-arm.ts';

/** The rows of a query with joins, DISTINCT or GROUP BY: the query itself, over its tables as they were. */
export function readQuery(select: SelectFrom, query: Select, context: OperationContext): IncomingArm {
  const outer = scopeOf(context);
  const from = readFrom(select.from as FromClause, outer, readExpression);
  const scope: Scope = { ...outer, frames: [from.frame] };
  const order = (query.orderBy ?? []).map((term) => term.expr);
  const parts = [select.whereClause, ...(select.groupBy ?? []), ...order].flatMap((it) =>
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
      sql: textOf(query.compounds ? select : query, scope.sql),
      columnCount: items.length,
      isBarrier: canFail,
    },
    where: undefined,
    reads: scope.reads,
    materializeReason: 'a pending migration joins or groups rows',
  };
}

/** Of rows that count as one, SQLite keeps any: so each item must be the same in all of them. */
function readItems(select: SelectFrom, scope: Scope): ReadExpression[] {
  const keys = new Set((select.groupBy ?? []).map((node) => keyOf(node, scope)));
  const isGrouped = keys.size > 0 || select.having !== undefined;
  return select.columns.map((item) => {
    if (item.type !== 'ExprResultColumn') throw new Refused('it selects every column of a join');
    const node = item.expr;
    const value = readExpression(node, { ...scope, aggregates: 'orderless' });
    const isKey = keyOf(node, scope) !== undefined && keys.has(keyOf(node, scope));
    if (select.distinctness && !isLiteral(node) && !isExactColumn(node, scope)) {
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

function isLiteral(node: Expr): boolean {
  return node.type.endsWith('Literal');
}

function keyOf(node: Expr, scope: Scope): string | undefined {
  const column = resolveNode(node, scope);
  return column && `${column.frameTable.alias} ${nameKey(column.value.column ?? '')}`;
}

/** True for a column whose values are the same when they compare as equal. */
function isExactColumn(node: Expr, scope: Scope): boolean {
  const value: Value | undefined = resolveNode(node, scope)?.value;
  return (
    value !== undefined &&
    value.affinity !== 'blob' &&
    value.affinity !== undefined &&
    value.collation === 'BINARY'
  );
}
