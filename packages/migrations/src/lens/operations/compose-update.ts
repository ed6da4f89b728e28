import { type Expr, nameKey } from '../../sql/index.ts';
import type { Arm, Relation } from '../program.ts';
import { type Below, putOver } from '../put-over.ts';
import type { Scope } from '../scope.ts';
import { choiceOfValues, storedValue } from '../stored-value.ts';
import type { ColumnShape, TableShape } from '../table-shape.ts';
import type { Expression, Value } from '../value.ts';
import { chainedValue } from './chained-value.ts';
import type { Change } from './changed-row.ts';

/** The assignments of an UPDATE, as written and as they were read. */
export interface Assignments {
  readonly assignments: ReadonlyMap<string, Expr>;
  readonly where: Expr | undefined;
  readonly changes: ReadonlyMap<string, Change>;
}

/** As much as it may be worth computing twice, and as deep as an expression may become before its rows are nested. */
const most = { cost: 8, depth: 100 };

/**
 * The arm with the changes made in place, not over it as another query: where it holds JSON that was changed before, so
 * that both changes are one. Undefined where that is not sure to be the same.
 */
export function composedArm(
  arm: Arm,
  { columns }: Relation,
  shape: TableShape,
  update: Assignments,
  scope: Scope,
): Arm | undefined {
  const isAlone = arm.source.kind === 'relation' && arm.where === undefined && arm.reads.size === 0;
  if (!isAlone || scope.reads.size > 0 || !arm.values.some((value) => value?.chain)) return undefined;
  const byKey = new Map(columns.map((name, at) => [nameKey(name), arm.values[at]]));
  const below: Below = { scope, column: (key) => asBelow(byKey.get(key)) };
  const values = new Map<string, Value>();
  for (const key of update.changes.keys()) {
    const column = shape.columns.find(({ name }) => nameKey(name) === key);
    const value = column && changedInPlace(column, update, below, byKey);
    if (!value || value.depth > most.depth || column.name === shape.rowidAlias) return undefined;
    values.set(key, value);
  }
  return {
    ...arm,
    values: arm.values.map((value, at) => {
      return shape.columns[at]?.isGenerated ? undefined : (values.get(nameKey(columns[at] ?? '')) ?? value);
    }),
  };
}

/** The value over an arm, where JSON functions make it of a column: an update after this one may go on from there. */
export function startedChain(
  column: ColumnShape,
  update: Assignments,
  scope: Scope,
  known: ReadonlyMap<string, Value | undefined>,
  nested: ReadonlyMap<string, Value | undefined>,
): Value | undefined {
  const key = nameKey(column.name);
  const isCheap = update.changes.get(key)?.uses.every((use) => {
    const value = known.get(use);
    return value && value.cost <= most.cost && value.jsonb === undefined;
  });
  if (!isCheap) return undefined;
  const below: Below = { scope, column: (name) => asBelow(nested.get(name)) };
  return chained(column, update, below, nested);
}

function chained(
  column: ColumnShape,
  { assignments, where, changes }: Assignments,
  below: Below,
  values: ReadonlyMap<string, Value | undefined>,
): Value | undefined {
  const key = nameKey(column.name);
  const [node, change] = [assignments.get(key), changes.get(key)];
  if (!node || !change) return undefined;
  const { stored, condition } = change;
  const [cost, depth] = [stored.cost + (condition?.cost ?? 0), Math.max(stored.depth, condition?.depth ?? 0)];
  return chainedValue({ node, where, cost, depth }, column, below, (name) => values.get(name));
}

/** Plain columns keep their affinity and collation where they are named through another query or without one. */
export function asBelow(value: Value | undefined): ReturnType<Below['column']> {
  if (value?.chain) return { sql: value.chain.kept.sql, chain: value.chain };
  const isPlain = value?.column !== undefined && value.ownCollation === value.collation;
  return isPlain && value.cost <= most.cost && value.jsonb === undefined
    ? { sql: value.sql, chain: undefined }
    : undefined;
}

function changedInPlace(
  column: ColumnShape,
  update: Assignments,
  below: Below,
  values: ReadonlyMap<string, Value | undefined>,
): Value | undefined {
  const key = nameKey(column.name);
  const [node, change, kept] = [update.assignments.get(key), update.changes.get(key), values.get(key)];
  if (!node || !change || !kept) return undefined;
  const value = chained(column, update, below, values);
  if (value) return value;
  const stored = inPlace(node, change.stored, below);
  if (!update.where) return stored && storedValue(stored, column);
  const condition = change.condition && inPlace(update.where, change.condition, below);
  const isPlain = kept.column !== undefined;
  return stored && condition && isPlain ? choiceOfValues(condition, stored, kept, column) : undefined;
}

function inPlace(node: Expr, read: Expression, below: Below): Expression | undefined {
  const sql = putOver(node, 'text', below);
  return sql === undefined ? undefined : { ...read, sql, jsonb: undefined };
}
