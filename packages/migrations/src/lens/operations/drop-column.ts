import { nameKey } from '../../sql/index.ts';
import { beginsWith, type Operation, tableIn } from '../operation.ts';
import { projectRelation } from '../relation.ts';
import { alteration } from './alteration.ts';

/** `ALTER TABLE t DROP COLUMN c`. */
export const dropColumn: Operation = {
  matches: (statement) => beginsWith(statement, 'ALTER', 'TABLE') && alteration(statement)?.action === 'DROP',
  target: (statement) => alteration(statement)?.table,
  apply({ step, tables }) {
    const { table, name } = alteration(step.statement) ?? { table: '', name: '' };
    const before = tableIn(step.before, table).columns;
    const dropped = before.findIndex((column) => nameKey(column.name) === nameKey(name));
    const columns = tableIn(step.after, table).columns.map((column) => column.name);
    const without = <T>(values: readonly T[]): T[] => values.filter((_, at) => at !== dropped);
    tables.set(table, projectRelation(tables.get(table), columns, without));
  },
};
