import type { SelectValues } from '../../sql/index.ts';
import { type OperationContext, scopeOf } from '../operation.ts';
import { readExpression } from '../read-expression.ts';
import { literalExpression } from '../value.ts';
import type { IncomingArm } from './stored-arm.ts';

/** The rows of a VALUES clause, under the names that SQLite gives its columns. */
export function readValues({ values: lines }: SelectValues, context: OperationContext): IncomingArm {
  const scope = scopeOf(context);
  const rows = lines.map((line) => line.values.map((value) => readExpression(value, scope)));
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
    materializeReason: undefined,
  };
}
