import type { BinaryExpr, Node, SelectStmt } from 'sql-parser-cst';
import { nameKey } from '../sql/name-key.ts';
import type { Read, ReadExpression } from './expression-parts.ts';
import { readFrom } from './read-from.ts';
import { Refused } from './refused.ts';
import { type Frame, type FrameTable, resolveColumn, type Scope } from './scope.ts';
import { textOf } from './statement-text.ts';
import { nulls, truth } from './storage-classes.ts';
import { literalExpression } from './value.ts';

/**
 * Reads a query inside an expression. A `set` (EXISTS, IN) is the same in any order of rows; a `scalar` is its first
 * row, so that there must be one row alone, or an order that nothing can change.
 *
 * @throws Refused when the order of rows could show.
 */
export function readSubquery(
  query: SelectStmt,
  scope: Scope,
  use: 'set' | 'scalar',
  read: Read,
): ReadExpression {
  const parts = clausesOf(query);
  const from = parts.from
    ? readFrom(parts.from, scope, read)
    : { frame: { tables: [] }, conditions: [], isOrdered: true };
  const inner: Scope = { ...scope, frames: [...scope.frames, from.frame], aggregates: 'none' };
  const where = parts.where ? [read(parts.where, inner)] : [];
  const items = parts.items.map((item) => readItem(item, inner, from.isOrdered, read));
  if (use === 'scalar') assertOneRow(items, from.frame, from.isOrdered, parts.where, inner);
  const all = [...items, ...where, ...from.conditions];
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

function clausesOf(query: SelectStmt): {
  items: readonly Node[];
  from: Node | undefined;
  where: Node | undefined;
} {
  let items: readonly Node[] = [];
  let from: Node | undefined;
  let where: Node | undefined;
  for (const clause of query.clauses) {
    if (clause.type === 'select_clause') items = clause.columns?.items ?? [];
    else if (clause.type === 'from_clause') from = clause.expr;
    else if (clause.type === 'where_clause') where = clause.expr;
    else
      throw new Refused(
        `it has a subquery with ${clause.type.replace('_clause', '').replaceAll('_', ' ').toUpperCase()}`,
      );
  }
  return { items, from, where };
}

function readItem(item: Node, scope: Scope, isOrdered: boolean, read: Read): ReadExpression {
  const aggregates = isOrdered ? 'ordered' : 'orderless';
  if (item.type === 'alias') return readItem(item.expr, scope, isOrdered, read);
  if (item.type === 'all_columns') return everyColumn(scope);
  return read(item, { ...scope, aggregates });
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
  frame: Frame,
  isOrdered: boolean,
  where: Node | undefined,
  scope: Scope,
): void {
  const hasBareColumn = items.some((item) => item.frames.has(frame));
  if (items.some((item) => item.hasAggregate)) {
    if (hasBareColumn) throw new Refused('it has a subquery with a column beside an aggregate');
    return;
  }
  if (isOrdered || (frame.tables.length === 1 && isPinned(frame.tables[0], where, scope))) return;
  throw new Refused('it has a subquery that may have several rows, of which SQLite takes any');
}

/** True when the condition fixes every column of a unique key, so that one row at most fulfils it. */
function isPinned(table: FrameTable | undefined, where: Node | undefined, scope: Scope): boolean {
  if (!table?.table || !where) return false;
  const pinned = new Set(pinnedColumns(where, table, scope));
  const keys = scope.shape.uniqueKeys.get(table.table) ?? [];
  return keys.some((key) => key.length > 0 && key.every((column) => pinned.has(column)));
}

/** Columns that a chain of ANDs compares by `=` with something that does not change from row to row. */
function pinnedColumns(node: Node, table: FrameTable, scope: Scope): string[] {
  if (node.type === 'paren_expr') return pinnedColumns(node.expr, table, scope);
  if (node.type !== 'binary_expr') return [];
  const { left, right, operator } = node as BinaryExpr;
  const isAnd = typeof operator === 'object' && 'name' in operator && operator.name === 'AND';
  if (isAnd) return [...pinnedColumns(left, table, scope), ...pinnedColumns(right, table, scope)];
  if (operator !== '=' && operator !== '==') return [];
  return [...pinnedBy(left, right, table, scope), ...pinnedBy(right, left, table, scope)];
}

function pinnedBy(column: Node, other: Node, table: FrameTable, scope: Scope): string[] {
  const pinned = resolveNode(column, scope);
  if (!pinned || pinned.frameTable !== table || pinned.value.collation !== 'BINARY') return [];
  const isLiteral = other.type === 'string_literal' || other.type === 'number_literal';
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

function resolveNode(node: Node, scope: Scope): ReturnType<typeof resolveColumn> | undefined {
  if (node.type === 'identifier') return resolveColumn(scope, node.name);
  if (node.type !== 'member_expr') return undefined;
  const { object, property } = node;
  if (object.type !== 'identifier' || property.type !== 'identifier') return undefined;
  return resolveColumn(scope, property.name, object.name);
}
