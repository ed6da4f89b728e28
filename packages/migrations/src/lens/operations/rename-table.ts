import { beginsWith, type Operation, tableIn } from '../operation.ts';
import { alteration } from './alteration.ts';

/** `ALTER TABLE t RENAME TO u`: also the last step of a rebuild. */
export const renameTable: Operation = {
  matches: (statement) =>
    beginsWith(statement, 'ALTER', 'TABLE') && alteration(statement)?.action === 'RENAME TO',
  target: () => undefined,
  apply({ step, tables }) {
    const { table, name } = alteration(step.statement) ?? { table: '', name: '' };
    tableIn(step.before, table);
    tables.rename(table, name);
  },
};
