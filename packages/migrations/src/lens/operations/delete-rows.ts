import { nameKey } from '../../sql/name-key.ts';
import type { DeleteStmt } from '../../sql/parse-sql.ts';
import { assertNoTriggers, beginsWith, nameAfter, type Operation, scopeOf, tableIn } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { type Arm, emptyRelation, mergedValues, nestArm } from '../relation.ts';
import { parseStatement } from '../statement-text.ts';
import { integers } from '../storage-classes.ts';
import { literalExpression } from '../value.ts';
import { assertPlain, targetOf } from './target.ts';

/** `DELETE FROM t WHERE p`: keeps the rows for which p is not true; NULL is not true. */
export const deleteRows: Operation = {
  matches: (statement) => beginsWith(statement, 'DELETE'),
  target: (statement) => nameAfter(statement, 'FROM'),
  apply(context) {
    const { step, tables } = context;
    const { table, alias, where } = partsOf(parseStatement(step.statement, 'DeleteStmt'));
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
            values: mergedValues({ ...relation, arms: [arm] }),
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
  },
};

function partsOf(statement: DeleteStmt) {
  assertPlain('a DELETE', statement);
  return { ...targetOf(statement.tblName), where: statement.whereClause };
}
