import {
  type Expr,
  type FromClause,
  type JoinedSelectTable,
  nameKey,
  type SelectTable,
} from '../sql/index.ts';
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

const jsonColumns = ['key', 'value', 'type', 'atom', 'id', 'parent', 'fullkey', 'path'];

/** Reads a FROM clause of tables, joined or not, and of json_each and json_tree. */
export function readFrom({ select, joins = [] }: FromClause, scope: Scope, read: Read): ReadFrom {
  const tables: FrameTable[] = [];
  const later: Expr[] = [];
  if (select) tables.push(readTable(select, scope, later));
  for (const join of joins) tables.push(readJoin(join, scope, later));
  const frame: Frame = { tables };
  const inner: Scope = { ...scope, frames: [...scope.frames, frame], aggregates: 'none' };
  // What a table of JSON is made of may be no JSON, whether or not anything asks for its columns.
  const canFail = tables.some(({ table }) => table === undefined);
  const conditions = later.map((part) => {
    const condition = read(part, inner);
    return canFail ? { ...condition, canFail } : condition;
  });
  return { frame, conditions, isOrdered: tables.length === 1 && tables[0]?.table === undefined };
}

/** Of `JOIN`, `CROSS JOIN` and `LEFT JOIN`, by the parser's bits; a comma and a bare `JOIN` have none. */
const innerJoins = new Set<number | undefined>([undefined, 1, 3]);
const leftJoin = 40;

function readJoin(
  { operator, table, constraint }: JoinedSelectTable,
  scope: Scope,
  later: Expr[],
): FrameTable {
  const type = operator.type === 'CommaJoinOperator' ? undefined : operator.joinType;
  if (!innerJoins.has(type) && type !== leftJoin)
    throw new Refused('it joins otherwise than by JOIN, CROSS or LEFT');
  if (constraint?.type === 'UsingJoinConstraint') throw new Refused('it joins by USING');
  const read = readTable(table, scope, later);
  if (constraint) later.push(constraint.expr);
  return type === leftJoin ? withNulls(read) : read;
}

/** A row that an outer join found no partner for has NULL in every column, NOT NULL or not. */
function withNulls(table: FrameTable): FrameTable {
  const values = [...table.values].map(([key, value]): [string, Value | undefined] => [
    key,
    value && { ...value, classes: value.classes | nulls },
  ]);
  return { ...table, values: new Map(values) };
}

function readTable(table: SelectTable, scope: Scope, later: Expr[]): FrameTable {
  if (table.type === 'TableSelectTable' && !table.tblName.dbName && !table.indexed) {
    const name = table.tblName.objName.text;
    const relation = scope.tables.get(name);
    scope.reads.set(nameKey(name), relation);
    const alias = nameKey(table.alias?.name.text ?? name);
    return { alias, table: nameKey(name), values: mergedValues(relation) };
  }
  const name = table.type === 'TableCallSelectTable' ? nameKey(table.tblName.objName.text) : '';
  if (table.type !== 'TableCallSelectTable' || (name !== 'json_each' && name !== 'json_tree')) {
    throw new Refused('it reads from something that is neither a table nor json_each');
  }
  later.push(...(table.args ?? []));
  return jsonTable(table.alias?.name.text ?? name);
}

function jsonTable(alias: string): FrameTable {
  const values = jsonColumns.map((name): [string, Value] => [
    name,
    columnValue(name, { affinity: undefined, collation: 'BINARY', classes: anything, canFail: true }),
  ]);
  return { alias: nameKey(alias), table: undefined, values: new Map(values) };
}
