import type { Select, SelectFrom, SelectValues } from '../../sql/index.ts';
import { type OperationContext, scopeOf } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { Refused } from '../refused.ts';
import { readQuery } from './read-query.ts';
import { readSingleTable } from './read-single-table.ts';
import { readValues } from './read-values.ts';
import type { IncomingArm } from './stored-arm.ts';

/**
 * The rows of a query, or of several joined by UNION ALL. ORDER BY decides nothing but rowids that nobody sees.
 *
 * @throws Refused for LIMIT and whatever else there is.
 */
export function readSelect(query: Select, context: OperationContext): IncomingArm[] {
  const { select, compounds = [], orderBy = [] } = query;
  if (query.with) throw new Refused('it selects with WITH');
  if (query.limit) throw new Refused('it selects with LIMIT');
  if (compounds.length > 0 && orderBy.length > 0) throw new Refused('it sorts several queries into one');
  if (compounds.some(({ operator }) => operator !== 'UnionAll'))
    throw new Refused('it joins queries by something else than UNION ALL');
  return [select, ...compounds.map((it) => it.select)].flatMap((it) => readOne(it, query, context));
}

function readOne(select: SelectFrom | SelectValues, query: Select, context: OperationContext): IncomingArm[] {
  if (select.type === 'SelectValues') return [readValues(select, context)];
  if (select.distinctness === 'All') throw new Refused('it selects with ALL');
  if (select.windowClause) throw new Refused('it selects with WINDOW');
  if (!select.from) return [readConstants(select, context)];
  const table = singleTable(select);
  if (table) return readSingleTable(select, query.orderBy ?? [], table, context);
  return [readQuery(select, query, context)];
}

function singleTable({ from, groupBy, having, distinctness }: SelectFrom) {
  const table = from?.joins || groupBy || having || distinctness ? undefined : from?.select;
  if (table?.type !== 'TableSelectTable' || table.tblName.dbName || table.indexed) return undefined;
  const name = table.tblName.objName.text;
  return { table: name, alias: table.alias?.name.text ?? name };
}

function readConstants({ columns, whereClause }: SelectFrom, context: OperationContext): IncomingArm {
  const scope = scopeOf(context);
  const row = columns.map((item) => {
    if (item.type !== 'ExprResultColumn') throw new Refused('it selects every column of no table');
    return readExpression(item.expr, scope);
  });
  const where = whereClause && readExpression(whereClause, scope);
  return {
    values: row.map((value, at) => ({ ...value, sql: `"column${at + 1}"` })),
    source: { kind: 'rows', rows: [`(${row.map((value) => value.sql).join(', ')})`] },
    where: where?.sql,
    reads: scope.reads,
    materializeReason: undefined,
  };
}
