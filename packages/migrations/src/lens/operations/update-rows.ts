import type { ColumnAssignment, Node, UpdateStmt } from 'sql-parser-cst';
import { nameKey } from '../name-key.ts';
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
import { readExpression } from '../read-expression.ts';
import { Refused } from '../refused.ts';
import { type Arm, mergedValues, nestArm, type Relation } from '../relation.ts';
import type { Scope } from '../scope.ts';
import { parseStatement } from '../statement-text.ts';
import { integers, isWithin } from '../storage-classes.ts';
import type { TableShape } from '../table-shape.ts';
import { choiceOfValues, type Expression, storedValue, type Value } from '../value.ts';
import { targetOf } from './target.ts';

interface Update {
  readonly table: string;
  readonly alias: string;
  /** New values by name key of the column; of two for one column, SQLite takes the last. */
  readonly assignments: ReadonlyMap<string, Node>;
  readonly where: Node | undefined;
}

/** `UPDATE t SET c = e WHERE p`: `CASE WHEN p THEN e ELSE c END`, every e and p over the rows as they were. */
export const updateRows: Operation = {
  matches: (statement) => beginsWith(statement, 'UPDATE'),
  target: (statement) => nameAfter(statement, 'UPDATE'),
  apply(context) {
    const { step, tables } = context;
    const update = partsOf(parseStatement(step.statement.text) as UpdateStmt);
    const shape = tableIn(step.before, update.table);
    assertNoTriggers(step.before, update.table);
    assertPlainConstraints(shape);
    const relation = tables.get(update.table);
    const arms = relation.arms.map((arm) => updatedArm(arm, relation, update, shape, context));
    tables.set(update.table, { ...relation, arms });
  },
};

function partsOf(statement: UpdateStmt): Update {
  let target: Node | undefined;
  let where: Node | undefined;
  const assignments = new Map<string, Node>();
  for (const clause of statement.clauses) {
    if (clause.type === 'update_clause' && !clause.orAction) target = clause.tables.items[0];
    else if (clause.type === 'where_clause') where = clause.expr;
    else if (clause.type === 'set_clause') {
      for (const { column, expr } of clause.assignments.items) assignments.set(columnOf(column), expr);
    } else throw new Refused(`it is an UPDATE with ${clause.type}`);
  }
  return { ...targetOf(target), assignments, where };
}

function columnOf(column: ColumnAssignment['column']): string {
  if (column.type !== 'identifier') throw new Refused('it sets several columns from one value');
  return nameKey(column.name);
}

function updatedArm(
  arm: Arm,
  relation: Relation,
  update: Update,
  shape: TableShape,
  context: OperationContext,
): Arm {
  const values = mergedValues({ ...relation, arms: [arm] });
  const scope = scopeOf(context, {
    tables: [{ alias: nameKey(update.alias), table: nameKey(update.table), values }],
  });
  const expressions = readAssignments(update, scope);
  const condition = update.where && readExpression(update.where, scope);
  const nested = nestArm(arm, {
    columns: relation.columns,
    alias: update.alias,
    reads: scope.reads,
    expressions: [...expressions.values(), ...(condition ? [condition] : [])],
  });
  const updated = nested.values.map((kept, at): Value | undefined => {
    const column = shape.columns[at];
    const stored = column && expressions.get(nameKey(column.name));
    if (!column || !stored) return column?.isGenerated ? undefined : kept;
    if (column.name === shape.rowidAlias) assertKey(stored);
    return condition && kept ? choiceOfValues(condition, stored, kept, column) : storedValue(stored, column);
  });
  return { ...nested, values: updated };
}

/** SQLite evaluates SET row by row, so that a subquery over the same table may see rows half done. */
function readAssignments(update: Update, scope: Scope): Map<string, Expression> {
  const expressions = new Map(
    [...update.assignments].map(([column, node]) => [column, readExpression(node, scope)]),
  );
  if (scope.reads.has(nameKey(update.table))) throw new Refused('SET reads the table that is being updated');
  return expressions;
}

function assertKey(stored: Expression): void {
  if (!isWithin(stored.classes, integers))
    throw new Refused('it sets the INTEGER PRIMARY KEY to something else than an integer');
}
