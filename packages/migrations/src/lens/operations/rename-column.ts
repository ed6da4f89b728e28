import { beginsWith, type Operation, tableIn } from '../operation.ts';
import { projectRelation } from '../relation.ts';
import { alteration } from './alteration.ts';

/** `ALTER TABLE t RENAME COLUMN a TO b`. */
export const renameColumn: Operation = {
  matches: (statement) =>
    beginsWith(statement, 'ALTER', 'TABLE') && alteration(statement)?.action === 'RENAME',
  target: (statement) => alteration(statement)?.table,
  apply({ step, tables }) {
    const { table: name } = alteration(step.statement) ?? { table: '' };
    const columns = tableIn(step.after, name).columns.map((column) => column.name);
    tables.set(
      name,
      projectRelation(tables.get(name), columns, (values) => values),
    );
  },
};
