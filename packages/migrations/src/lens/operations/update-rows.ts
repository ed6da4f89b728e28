import { type Expr, nameKey, type UpdateStmt } from '../../sql/index.ts';
import { nestArm, valuesOfArm } from '../nest-arm.ts';
import {
  assertNoTriggers,
  assertPlainConstraints,
  beginsWith,
  nameAfter,
  type Operation,
  type OperationContext,
  scopeOf,
  tableIn,
} from '../operation.ts';
import type { Arm, Relation } from '../program.ts';
import { readExpression } from '../read-expression.ts';
import { Refused } from '../refused.ts';
import type { Scope } from '../scope.ts';
import { parseStatement } from '../statement-text.ts';
import { integers, isWithin } from '../storage-classes.ts';
import type { TableShape } from '../table-shape.ts';
import type { Expression, Value } from '../value.ts';
import { withJsonb } from '../with-jsonb.ts';
import { type Change, ChangedRow } from './changed-row.ts';
import { composedArm, startedChain } from './compose-update.ts';
import { assertNoActions } from './foreign-key-changes.ts';
import { assertPlain, targetOf } from './target.ts';

export interface Update {
  readonly table: string;
  readonly alias: string;
  /** New values by name key of the column; of two for one column, SQLite takes the last. */
  readonly assignments: ReadonlyMap<string, Expr>;
  readonly where: Expr | undefined;
}

/** `UPDATE t SET c = e WHERE p`: `CASE WHEN p THEN e ELSE c END`, every e and p over the rows as they were. */
export const updateRows: Operation = {
  matches: (statement) => beginsWith(statement, 'UPDATE'),
  target: (statement) => nameAfter(statement, 'UPDATE'),
  apply(context) {
    assertNoActions(context);
    updateTable(parseStatement(context.statement, 'UpdateStmt'), context);
  },
};

/** Without what foreign keys do to children. */
export function updateTable(statement: UpdateStmt, context: OperationContext): void {
  const { step, tables } = context;
  const update = partsOf(statement);
  const shape = tableIn(step.before, update.table);
  assertNoTriggers(step.before, update.table, 'UPDATE');
  assertPlainConstraints(shape);
  const relation = tables.get(update.table);
  const arms = relation.arms.map((arm) => updatedArm(arm, relation, update, shape, context));
  tables.set(update.table, { ...relation, arms });
}

/** @throws Refused for a form that no query expresses */
export function partsOf(statement: UpdateStmt): Update {
  assertPlain('an UPDATE', statement);
  const assignments = new Map<string, Expr>();
  for (const { colNames, expr } of statement.sets) {
    const values = colNames.length === 1 ? [expr] : expr.type === 'ParenthesizedExpr' ? expr.exprs : [];
    if (values.length !== colNames.length) throw new Refused('it sets several columns from one value');
    for (const [at, value] of values.entries()) assignments.set(nameKey(colNames[at]?.text ?? ''), value);
  }
  return { ...targetOf(statement.tblName), assignments, where: statement.whereClause };
}

function updatedArm(
  arm: Arm,
  relation: Relation,
  update: Update,
  shape: TableShape,
  context: OperationContext,
): Arm {
  if (arm.source.kind === 'nothing') return arm;
  const known = valuesOfArm(arm, relation.columns);
  const row = new ChangedRow(known, update.alias);
  const scope = scopeOf(context, {
    tables: [{ alias: nameKey(update.alias), table: nameKey(update.table), values: row.values }],
  });
  const changes = readChanges(update, scope);
  const composed = composedArm(arm, relation, shape, { ...update, changes }, scope);
  if (composed) return composed;
  const nested = nestArm(arm, {
    columns: relation.columns,
    alias: update.alias,
    reads: scope.reads,
    expressions: [...changes.values()].flatMap(({ stored, condition }) =>
      condition ? [stored, condition] : [stored],
    ),
    usesJsonb: [...changes.values()].some(({ uses, jsonbUses }) => {
      return [...uses, ...jsonbUses].some((use) => !known.has(use));
    }),
  });
  const below = new Map(relation.columns.map((name, at) => [nameKey(name), nested.values[at]]));
  const values = nested.values.map((kept, at): Value | undefined => {
    const column = shape.columns[at];
    const change = column && changes.get(nameKey(column.name));
    if (!column || !change) return column?.isGenerated ? undefined : kept;
    if (column.name === shape.rowidAlias) assertKey(change.stored);
    return (
      startedChain(column, { ...update, changes }, scope, known, below) ?? row.changedValue(change, column)
    );
  });
  return { ...nested, values };
}

function readChanges({ assignments, where, table }: Update, scope: Scope): Map<string, Change> {
  const changes = new Map(
    [...assignments].map(([column, node]): [string, Change] => {
      const uses: string[] = [];
      const stored = readExpression(node, { ...scope, uses });
      assertOtherTables(scope, table);
      const condition = where && readExpression(where, { ...scope, uses, reads: new Map() });
      const parts = [{ node, read: stored }, condition && { node: where, read: condition }] as const;
      return [column, withJsonb(...parts, uses, scope)];
    }),
  );
  if (where) readExpression(where, scope);
  return changes;
}

/** SQLite evaluates SET row by row, so that a subquery over the same table may see rows half done. */
function assertOtherTables(scope: Scope, table: string): void {
  if (scope.reads.has(nameKey(table))) throw new Refused('SET reads the table that is being updated');
}

function assertKey(stored: Expression): void {
  if (!isWithin(stored.classes, integers)) {
    throw new Refused('it sets the INTEGER PRIMARY KEY to something else than an integer');
  }
}
