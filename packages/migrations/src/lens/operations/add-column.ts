import { beginsWith, type Operation, tableIn } from '../operation.ts';
import { Refused } from '../refused.ts';
import { projectRelation } from '../relation.ts';
import { nulls } from '../storage-classes.ts';
import { storedValue } from '../stored-value.ts';
import type { ColumnShape } from '../table-shape.ts';
import { alteration } from './alteration.ts';
import { defaultOf } from './default-value.ts';

/** `ALTER TABLE t ADD COLUMN c … DEFAULT d`: every row has the constant d, as the column's affinity stores it. */
export const addColumn: Operation = {
  matches: (statement) => beginsWith(statement, 'ALTER', 'TABLE') && alteration(statement)?.action === 'ADD',
  target: (statement) => alteration(statement)?.table,
  apply({ step, tables }) {
    const { table: name } = alteration(step.statement) ?? { table: '' };
    const table = tableIn(step.after, name);
    const column = table.columns.at(-1) as ColumnShape;
    const value = column.isGenerated ? undefined : addedValue(column, table.isStrict);
    const columns = table.columns.map((it) => it.name);
    tables.set(
      name,
      projectRelation(tables.get(name), columns, (values) => [...values, value]),
    );
  },
};

function addedValue(column: ColumnShape, isStrict: boolean) {
  const value = defaultOf(column, isStrict, 'added');
  if (column.isNotNull && value.classes === nulls) {
    throw new Refused(
      `it adds the NOT NULL column ${column.name} without a default, which fails when there are rows`,
    );
  }
  return storedValue(value, column);
}
