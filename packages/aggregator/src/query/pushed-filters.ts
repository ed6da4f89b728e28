import { quoteIdentifier } from '@varve/migrations';
import { cstVisitor, type Node, parse, type SelectStmt } from 'sql-parser-cst';
import type { HeadColumn, HeadTable } from '../unified/head-tables.ts';
import { conjunctsOf, readComparison } from './comparison.ts';

/**
 * The conditions of a query that each archive can be asked for already: table → condition over its columns. Only what
 * cannot change an answer: comparisons of a column with literals of its own kind, joined by AND in the WHERE of a plain
 * SELECT over inner joins, on a table that the whole query names once. Anything else is left to the query itself.
 */
export function readPushedFilters(sql: string, tables: readonly HeadTable[]): ReadonlyMap<string, string> {
  const select = parseSelect(sql);
  const items = select && readFromItems(select);
  const where = select?.clauses.find((clause) => clause.type === 'where_clause');
  if (!items || !where) return new Map();
  const sources = items.map((item) => ({ ...item, table: namedOnce(item.name, select, tables) }));
  const filters = conjunctsOf(where.expr).flatMap((conjunct) => {
    const comparison = readComparison(conjunct);
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

/** Undefined for anything but one SELECT. */
function parseSelect(sql: string): SelectStmt | undefined {
  try {
    const { statements } = parse(sql, { dialect: 'sqlite' });
    const [statement, ...others] = statements.filter(({ type }) => type !== 'empty');
    return statement?.type === 'select_stmt' && others.length === 0 ? statement : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where a join may add rows that its table does not have. */
function readFromItems(select: SelectStmt): FromItem[] | undefined {
  const from = select.clauses.find((clause) => clause.type === 'from_clause');
  return from && flattenJoins(from.expr);
}

const innerJoins = new Set([',', 'JOIN', 'INNER JOIN', 'CROSS JOIN']);

function flattenJoins(node: Node): FromItem[] | undefined {
  if (node.type !== 'join_expr') return [fromItem(node)];
  const operator = [node.operator].flat().map((it) => (typeof it === 'string' ? it : it.name));
  const left = flattenJoins(node.left);
  const right = flattenJoins(node.right);
  return innerJoins.has(operator.join(' ')) && left && right ? [...left, ...right] : undefined;
}

function fromItem(node: Node): FromItem {
  if (node.type === 'identifier') return { name: node.name, alias: node.name };
  if (node.type !== 'alias') return { name: undefined, alias: undefined };
  const alias = node.alias.type === 'identifier' ? node.alias.name : undefined;
  return { name: node.expr.type === 'identifier' ? node.expr.name : undefined, alias };
}

function namedOnce(
  name: string | undefined,
  select: SelectStmt,
  tables: readonly HeadTable[],
): HeadTable | undefined {
  const table = tables.find((it) => isSame(it.name, name));
  let count = 0;
  const countName = cstVisitor({
    identifier: (node) => {
      if (isSame(node.name, name)) count += 1;
    },
    // Before a column, the name refers to what FROM has.
    member_expr: (node) => {
      if (node.object.type === 'identifier' && isSame(node.object.name, name)) count -= 1;
    },
  });
  countName(select);
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
