import type { JoinExpr, Node } from 'sql-parser-cst';
import { nameKey } from '../sql/name-key.ts';
import type { Read, ReadExpression } from './expression-parts.ts';
import { Refused } from './refused.ts';
import { mergedValues } from './relation.ts';
import type { Frame, FrameTable, Scope } from './scope.ts';
import { anything, nulls } from './storage-classes.ts';
import { columnValue, type Value } from './value.ts';

export interface ReadFrom {
  readonly frame: Frame;
  /** What ON clauses and arguments hold. */
  readonly conditions: readonly ReadExpression[];
  /** True when the rows come in the order of one JSON value, which nothing can change. */
  readonly isOrdered: boolean;
}

const joins = new Set([',', 'JOIN', 'INNER JOIN', 'CROSS JOIN', 'LEFT JOIN', 'LEFT OUTER JOIN']);
const jsonColumns = ['key', 'value', 'type', 'atom', 'id', 'parent', 'fullkey', 'path'];

/** Reads a FROM clause of tables, joined or not, and of json_each and json_tree. */
export function readFrom(node: Node, scope: Scope, read: Read): ReadFrom {
  const tables: FrameTable[] = [];
  const later: { node: Node; isArgument: boolean }[] = [];
  collect(node, scope, tables, later);
  const frame: Frame = { tables };
  const inner: Scope = { ...scope, frames: [...scope.frames, frame], aggregates: 'none' };
  const conditions = later.map((part) => read(part.node, inner));
  return { frame, conditions, isOrdered: tables.length === 1 && tables[0]?.table === undefined };
}

/** A row that an outer join found no partner for has NULL in every column, NOT NULL or not. */
function withNulls(table: FrameTable): FrameTable {
  const values = [...table.values].map(([key, value]): [string, Value | undefined] => [
    key,
    value && { ...value, classes: value.classes | nulls },
  ]);
  return { ...table, values: new Map(values) };
}

function collect(
  node: Node,
  scope: Scope,
  tables: FrameTable[],
  later: { node: Node; isArgument: boolean }[],
): void {
  if (node.type === 'join_expr') {
    assertPlainJoin(node);
    collect(node.left, scope, tables, later);
    const first = tables.length;
    collect(node.right, scope, tables, later);
    if (nameOfJoin(node).startsWith('LEFT')) tables.push(...tables.splice(first).map(withNulls));
    if (node.specification?.type === 'join_on_specification') {
      later.push({ node: node.specification.expr, isArgument: false });
    }
    return;
  }
  const [table, alias] = node.type === 'alias' ? [node.expr, node.alias.name] : [node, undefined];
  if (table.type === 'identifier') {
    tables.push(readTable(table.name, alias, scope));
  } else if (table.type === 'func_call' && table.name.type === 'identifier' && isJsonTable(table.name.name)) {
    for (const item of table.args?.expr.args.items ?? []) later.push({ node: item, isArgument: true });
    tables.push(jsonTable(alias ?? table.name.name));
  } else {
    throw new Refused('it reads from something that is neither a table nor json_each');
  }
}

function isJsonTable(name: string): boolean {
  return nameKey(name) === 'json_each' || nameKey(name) === 'json_tree';
}

function readTable(name: string, alias: string | undefined, scope: Scope): FrameTable {
  const relation = scope.tables.get(name);
  scope.reads.set(nameKey(name), relation);
  return { alias: nameKey(alias ?? name), table: nameKey(name), values: mergedValues(relation) };
}

function jsonTable(alias: string): FrameTable {
  const values = jsonColumns.map((name): [string, Value] => [
    name,
    columnValue(name, { affinity: undefined, collation: 'BINARY', classes: anything, canFail: true }),
  ]);
  return { alias: nameKey(alias), table: undefined, values: new Map(values) };
}

function nameOfJoin({ operator }: JoinExpr): string {
  if (Array.isArray(operator)) return operator.map((keyword) => keyword.name).join(' ');
  return typeof operator === 'string' ? operator : operator.name;
}

function assertPlainJoin(node: JoinExpr): void {
  const name = nameOfJoin(node);
  if (!joins.has(name)) throw new Refused(`it joins by ${name}`);
  if (node.specification?.type === 'join_using_specification') throw new Refused('it joins by USING');
}
