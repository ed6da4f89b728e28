import { nameAt } from '../../sql/index.ts';
import { beginsWith, type Operation } from '../operation.ts';
import { dropVirtualTable } from '../stage/virtual-table.ts';

/** `DROP TABLE t`. Replay keeps foreign keys off: no child loses its rows. */
export const dropTable: Operation = {
  matches: (statement) => beginsWith(statement, 'DROP', 'TABLE'),
  target: () => undefined,
  apply(context) {
    const { step, tables } = context;
    dropVirtualTable(context);
    tables.delete(nameAt(step.statement.tokens, 2) ?? '');
  },
};
