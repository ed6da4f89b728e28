import type { ValuesClause } from 'sql-parser-cst';
import { type OperationContext, scopeOf } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { Refused } from '../refused.ts';
import { literalExpression } from '../value.ts';
import type { IncomingArm } from './stored-arm.ts';

/** The rows of a VALUES clause, under the names that SQLite gives its columns. */
export function readValues(clause: ValuesClause, context: OperationContext): IncomingArm {
  const scope = scopeOf(context);
  const rows = clause.values.items.map((row) => {
    if (row.type !== 'paren_expr') throw new Refused('it has a row of VALUES that the lens does not know');
    return row.expr.items.map((value) => readExpression(value, scope));
  });
  const values = (rows[0] ?? []).map((_, at) => {
    const column = rows.flatMap((row) => row[at] ?? []);
    return literalExpression(
      `"column${at + 1}"`,
      column.reduce((all, value) => all | value.classes, 0),
    );
  });
  return {
    values,
    source: { kind: 'rows', rows: rows.map((row) => `(${row.map((value) => value.sql).join(', ')})`) },
    where: undefined,
    reads: scope.reads,
    dear: undefined,
  };
}
