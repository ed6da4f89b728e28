import { beginsWith, type Operation } from '../operation.ts';

const patterns = [
  ['CREATE', 'UNIQUE?', 'INDEX'],
  ['CREATE', 'TRIGGER'],
  ['CREATE', 'TEMP|TEMPORARY?', 'VIEW'],
  ['DROP', 'INDEX|TRIGGER|VIEW'],
  ['SELECT|VALUES'],
  ['PRAGMA'],
];

/**
 * Indexes, triggers and views hold no rows: the schema at head tells what became of them. A SELECT is how authors
 * write a migration that does nothing; the pragmas that run leave the rows alone.
 */
export const keepRows: Operation = {
  matches: (statement) => patterns.some((pattern) => beginsWith(statement, ...pattern)),
  target: () => undefined,
  apply() {},
};
