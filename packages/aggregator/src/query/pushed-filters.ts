import {
  parseSql,
  quoteIdentifier,
  type Select,
  type SelectFrom,
  type SelectTable,
  visitSql,
} from '@varve/migrations/internal';
import type { HeadColumn, HeadTable } from '../unified/index.ts';
import { conjunctsOf, readComparison } from './comparison.ts';

/**
 * The conditions of a query that each archive can be asked for already: table → condition over its columns. Only what
 * cannot change an answer: comparisons of a column with literals of its own kind, joined by AND in the WHERE of a plain
 * SELECT over inner joins, on a table that the whole query names once. Anything else is left to the query itself.
 */
export function readPushedFilters(sql: string, tables: readonly HeadTable[]): ReadonlyMap<string, string> {
  const query = parseQuery(sql);
  const items = query && readFromItems(query.select);
  const where = query?.select.whereClause;
  if (!items || !where) return new Map();
  const sources = items.map((item) => ({ ...item, table: namedOnce(item.name, query, tables) }));
  const filters = conjunctsOf(where).flatMap((conjunct) => {
    const comparison = readComparison(conjunct, sql);
    const found = comparison && findColumn(comparison, sources);
    if (!found || !comparison.fits(found.column)) return [];
    return [[found.table.name, comparison.render(operandOf(found.column))] as const];
  });
  const byTable = Map.groupBy(filters, ([table]) => table);
  return new Map([...byTable].map(([table, parts]) => [table, parts.map(([, part]) => part).join(' AND ')]));
}

interface FromItem {
  /** Undefined for what is no plain name. */
  readonly name: string | undefined;
  readonly alias: string | undefined;
}

interface Source extends FromItem {
  /** Undefined for what is no table of head, or is named elsewhere as well. */
  readonly table: HeadTable | undefined;
}

type PlainQuery = Select & { readonly select: SelectFrom };

/** Undefined for anything but one plain SELECT. */
function parseQuery(sql: string): PlainQuery | undefined {
  const statement = parseSql(sql);
  const query = statement?.type === 'SelectStmt' ? statement.body : undefined;
  if (!query || query.compounds || query.select.type !== 'SelectFrom') return undefined;
  return query as PlainQuery;
}

/** By the parser's bits: a comma and a bare JOIN have none, INNER and CROSS have these. */
const innerJoins = new Set<number | undefined>([undefined, 1, 3]);

/** Undefined where a join may add rows that its table does not have. */
function readFromItems({ from }: SelectFrom): FromItem[] | undefined {
  if (!from?.select) return undefined;
  const joins = from.joins ?? [];
  const isInner = joins.every(
    ({ operator }) => operator.type === 'CommaJoinOperator' || innerJoins.has(operator.joinType),
  );
  return isInner ? [from.select, ...joins.map(({ table }) => table)].map(fromItem) : undefined;
}

function fromItem(table: SelectTable): FromItem {
  if (table.type !== 'TableSelectTable' || table.tblName.dbName)
    return { name: undefined, alias: table.alias?.name.text };
  const name = table.tblName.objName.text;
  return { name, alias: table.alias?.name.text ?? name };
}

function namedOnce(
  name: string | undefined,
  query: Select,
  tables: readonly HeadTable[],
): HeadTable | undefined {
  const table = tables.find((it) => isSame(it.name, name));
  let count = 0;
  visitSql(query, (node) => {
    if (node.type === 'Name' && isSame(node.text, name)) count += 1;
    if (node.type === 'Id' && isSame(node.name, name)) count += 1;
    // Before a column, the name refers to what FROM has.
    const isQualifier = node.type === 'QualifiedExpr' || node.type === 'TableStarResultColumn';
    if (isQualifier && isSame(node.table.text, name)) count -= 1;
  });
  return count === 1 ? table : undefined;
}

/** A column without its table's name must be of a table here, and of one only. */
function findColumn(
  { table: qualifier, column: name }: { readonly table: string | undefined; readonly column: string },
  sources: readonly Source[],
): { readonly table: HeadTable; readonly column: HeadColumn } | undefined {
  if (qualifier === undefined && sources.some(({ table }) => table === undefined)) return undefined;
  const candidates = sources.filter(({ alias }) => qualifier === undefined || isSame(alias, qualifier));
  const found = candidates.flatMap(({ table }) => {
    const column = table?.columns.find((it) => isSame(it.name, name));
    return table && column ? [{ table, column }] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

/** Without the affinity that a column of an older version may have; with head's own collation. */
function operandOf({ name, collation }: HeadColumn): string {
  return `(+${quoteIdentifier(name)}) COLLATE ${quoteIdentifier(collation)}`;
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a.toLowerCase() === b?.toLowerCase();
}
