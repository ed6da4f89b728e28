import { type Expr, nameKey, type ResultColumn, type Select, type SelectFrom, textOf } from '../sql/index.ts';
import type { Read, ReadExpression } from './expression-parts.ts';
import { isFiltered } from './nest-arm.ts';
import { type ReadFrom, readFrom } from './read-from.ts';
import { Refused } from './refused.ts';
import { type Frame, type FrameTable, resolveNode, type Scope } from './scope.ts';
import { nulls, truth } from './storage-classes.ts';
import { literalExpression } from './value.ts';

/**
 * Reads a query inside an expression. A `set` (EXISTS, IN) is the same in any order of rows; a `scalar` is its first
 * row, so that there must be one row alone, or an order that nothing can change.
 *
 * @throws Refused when the order of rows could show.
 */
export function readSubquery(query: Select, scope: Scope, use: 'set' | 'scalar', read: Read): ReadExpression {
  const { columns, from: source, whereClause } = plainSelect(query, use);
  const from = source
    ? readFrom(source, scope, read)
    : { frame: { tables: [] }, conditions: [], isOrdered: true };
  const inner: Scope = { ...scope, frames: [...scope.frames, from.frame], aggregates: 'none' };
  const where = whereClause ? [read(whereClause, inner)] : [];
  const order = (query.orderBy ?? []).map((term) => read(term.expr, inner));
  const items = columns.map((item) => readItem(item, inner, from.isOrdered, read));
  if ([...where, ...from.conditions].some((part) => part.canFail)) assertAskedAlike(from.frame, scope);
  if (use === 'scalar') assertOneRow(items, from, query, whereClause, inner);
  const all = [...items, ...where, ...order, ...from.conditions];
  const classes = items.reduce((sum, item) => sum | item.classes, nulls);
  return {
    sql: `(${textOf(query, scope.sql)})`,
    classes: use === 'set' ? truth : classes,
    cost: all.reduce((sum, part) => sum + part.cost, 2),
    depth: 2 + Math.max(0, ...all.map((part) => part.depth)),
    canFail: all.some((part) => part.canFail),
    frames: new Set(all.flatMap((part) => [...part.frames]).filter((frame) => frame !== from.frame)),
    hasAggregate: false,
    isOperator: false,
  };
}

/** Of one row alone, neither ORDER BY nor LIMIT 1 takes anything. */
function plainSelect(
  { select, compounds, with: ctes, orderBy, limit }: Select,
  use: 'set' | 'scalar',
): SelectFrom {
  const refuse = (what: string): never => {
    throw new Refused(`it has a subquery with ${what}`);
  };
  if (select.type === 'SelectValues') return refuse('VALUES');
  if (ctes) refuse('WITH');
  if (compounds) refuse('UNION, EXCEPT or INTERSECT');
  if (select.groupBy) refuse('GROUP BY');
  if (select.having) refuse('HAVING');
  if (select.windowClause) refuse('WINDOW');
  if (orderBy && use === 'set') refuse('ORDER BY');
  if (limit && (use === 'set' || !isOne(limit))) refuse('LIMIT');
  return select;
}

function isOne({ expr, offset }: NonNullable<Select['limit']>): boolean {
  return !offset && expr.type === 'NumericLiteral' && expr.value === '1';
}

/** Of rows that are joined, or of which some are gone, SQLite may ask what can fail before it asks which they are. */
function assertAskedAlike({ tables }: Frame, scope: Scope): void {
  const relations = tables.flatMap(({ table }) => (table === undefined ? [] : [scope.tables.get(table)]));
  if (relations.length > 1 || relations.some(({ arms }) => arms.some(isFiltered)))
    throw new Refused('it has a subquery that asks what can fail of rows that may not be there');
}

function readItem(item: ResultColumn, scope: Scope, isOrdered: boolean, read: Read): ReadExpression {
  if (item.type !== 'ExprResultColumn') return everyColumn(scope);
  return read(item.expr, { ...scope, aggregates: isOrdered ? 'ordered' : 'orderless' });
}

/** The star of EXISTS (SELECT * …), of which no value is used. */
function everyColumn(scope: Scope): ReadExpression {
  const frame = scope.frames.at(-1) as Frame;
  return {
    ...literalExpression('*', nulls),
    frames: new Set([frame]),
    hasAggregate: false,
    isOperator: false,
  };
}

function assertOneRow(
  items: readonly ReadExpression[],
  { frame, isOrdered }: Pick<ReadFrom, 'frame' | 'isOrdered'>,
  query: Select,
  where: Expr | undefined,
  scope: Scope,
): void {
  const hasBareColumn = items.some((item) => item.frames.has(frame));
  if (items.some((item) => item.hasAggregate)) {
    if (hasBareColumn) throw new Refused('it has a subquery with a column beside an aggregate');
    return;
  }
  if (isOrdered && !query.orderBy) return;
  if (frame.tables.length === 1 && isPinned(frame.tables[0], where, scope)) return;
  throw new Refused('it has a subquery that may have several rows, of which SQLite takes any');
}

/** True when the condition fixes every column of a unique key, so that one row at most fulfils it. */
function isPinned(table: FrameTable | undefined, where: Expr | undefined, scope: Scope): boolean {
  if (!table?.table || !where) return false;
  const pinned = new Set(pinnedColumns(where, table, scope));
  const keys = scope.shape.uniqueKeys.get(table.table) ?? [];
  return keys.some((key) => key.length > 0 && key.every((column) => pinned.has(column)));
}

/** Columns that a chain of ANDs compares by `=` with something that does not change from row to row. */
function pinnedColumns(node: Expr, table: FrameTable, scope: Scope): string[] {
  if (node.type === 'ParenthesizedExpr' && node.exprs[0]) return pinnedColumns(node.exprs[0], table, scope);
  if (node.type !== 'BinaryExpr') return [];
  const { left, right, op } = node;
  if (op === 'And') return [...pinnedColumns(left, table, scope), ...pinnedColumns(right, table, scope)];
  if (op !== 'Equals') return [];
  return [...pinnedBy(left, right, table, scope), ...pinnedBy(right, left, table, scope)];
}

function pinnedBy(column: Expr, other: Expr, table: FrameTable, scope: Scope): string[] {
  const pinned = resolveNode(column, scope);
  if (!pinned || pinned.frameTable !== table || pinned.value.collation !== 'BINARY') return [];
  const isLiteral = other.type === 'StringLiteral' || other.type === 'NumericLiteral';
  const compared = resolveNode(other, scope);
  if (!isLiteral && (!compared || compared.frameTable === table)) return [];
  if (!keepsDistinct(pinned.value.affinity, compared?.value.affinity)) return [];
  const collation = compared && column !== other ? compared.value.collation : 'BINARY';
  return collation === 'BINARY' ? [nameKey(pinned.value.column ?? '')] : [];
}

/** A comparison with a number turns texts into numbers: '1' and '01' would both be equal to 1. */
function keepsDistinct(key: string | undefined, other: string | undefined): boolean {
  if (key === 'text') return other === undefined || other === 'text' || other === 'blob';
  return key === 'integer' || key === 'real' || key === 'numeric';
}
