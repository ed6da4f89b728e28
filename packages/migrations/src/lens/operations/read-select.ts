import type { Node } from 'sql-parser-cst';
import { type OperationContext, scopeOf } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { Refused } from '../refused.ts';
import { readQuery } from './read-query.ts';
import { readSingleTable } from './read-single-table.ts';
import { type Select, selectParts } from './select-parts.ts';
import type { IncomingArm } from './stored-arm.ts';
import { targetOf } from './target.ts';

/** The rows of a query, or of several joined by UNION ALL. */
export function readSelect(query: Node, context: OperationContext): IncomingArm[] {
  if (query.type === 'compound_select_stmt') {
    const { operator } = query;
    const isAll = Array.isArray(operator) && operator.map((it) => it.name).join(' ') === 'UNION ALL';
    if (!isAll) throw new Refused('it joins queries by something else than UNION ALL');
    return [...readSelect(query.left, context), ...readSelect(query.right, context)];
  }
  if (query.type !== 'select_stmt')
    throw new Refused('it takes rows from a query that the lens does not know');
  const select = selectParts(query);
  if (!select.from) return [readConstants(select, context)];
  return isSingleTable(select)
    ? readSingleTable(select, targetOf(select.from), context)
    : [readQuery(select, context)];
}

function isSingleTable({ from, groupBy, having, isDistinct }: Select): boolean {
  const table = from?.type === 'alias' ? from.expr : from;
  return table?.type === 'identifier' && groupBy.length === 0 && !having && !isDistinct;
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
