import { type DeleteStmt, nameKey, splitStatements, textOf } from '../../sql/index.ts';
import { nestArm, valuesOfArm } from '../nest-arm.ts';
import {
  assertNoTriggers,
  beginsWith,
  nameAfter,
  type Operation,
  type OperationContext,
  scopeOf,
  tableIn,
} from '../operation.ts';
import type { Arm } from '../program.ts';
import { readExpression } from '../read-expression.ts';
import { Refused, RefusedEverywhere } from '../refused.ts';
import { emptyRelation } from '../relation.ts';
import { parseStatement } from '../statement-text.ts';
import { integers } from '../storage-classes.ts';
import { literalExpression } from '../value.ts';
import { changesOfChildren } from './foreign-key-changes.ts';
import { assertPlain, targetOf } from './target.ts';
import { updateTable } from './update-rows.ts';

/** `DELETE FROM t WHERE p`: keeps the rows for which p is not true; NULL is not true. */
export const deleteRows: Operation = {
  matches: (statement) => beginsWith(statement, 'DELETE'),
  target: (statement) => nameAfter(statement, 'FROM'),
  apply(context) {
    const { statement, tables } = context;
    const parts = partsOf(parseStatement(statement, 'DeleteStmt'));
    const { table, alias, where } = parts;
    const condition = where ? textOf(where, statement.text) : 'TRUE';
    const changes = changesOfChildren({ table, alias, condition }, context);
    tables.atOnce(() => {
      for (const sql of changes) applyChange(sql, context);
      deleteFrom(parts, context);
    });
  },
};

function applyChange(sql: string, context: OperationContext): void {
  const [statement] = splitStatements(sql);
  if (!statement) return;
  const derived = { ...context, statement };
  try {
    if (beginsWith(statement, 'UPDATE')) updateTable(parseStatement(statement, 'UpdateStmt'), derived);
    else deleteFrom(partsOf(parseStatement(statement, 'DeleteStmt')), derived);
  } catch (error) {
    throw error instanceof Refused ? new RefusedEverywhere(error.message, error.place) : error;
  }
}

function deleteFrom({ table, alias, where }: ReturnType<typeof partsOf>, context: OperationContext): void {
  const { step, tables } = context;
  const shape = tableIn(step.before, table);
  assertNoTriggers(step.before, table, 'DELETE');
  const relation = tables.get(table);
  // The keys of all rows that ever were count for AUTOINCREMENT.
  if (!where && !shape.isAutoincrement) {
    tables.set(table, emptyRelation(shape));
    return;
  }
  const arms = relation.arms.map((arm): Arm => {
    if (arm.source.kind === 'nothing') return arm;
    const scope = scopeOf(context, {
      tables: [
        {
          alias: nameKey(alias),
          table: nameKey(table),
          values: valuesOfArm(arm, relation.columns),
        },
      ],
    });
    const condition = where ? readExpression(where, scope) : literalExpression('TRUE', integers);
    const nested = nestArm(arm, {
      columns: relation.columns,
      alias,
      reads: scope.reads,
      expressions: [condition],
    });
    return { ...nested, where: `(${condition.sql}) IS NOT TRUE` };
  });
  tables.set(table, { ...relation, arms });
}

function partsOf(statement: DeleteStmt) {
  assertPlain('a DELETE', statement);
  return { ...targetOf(statement.tblName), where: statement.whereClause };
}
