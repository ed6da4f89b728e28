import { beginsWith, type Operation } from '../operation.ts';

const patterns = [
  ['CREATE', 'UNIQUE?', 'INDEX'],
  ['CREATE', 'TRIGGER'],
  ['CREATE', 'VIEW'],
  ['DROP', 'INDEX|TRIGGER|VIEW'],
];

/** Indexes, triggers and views hold no rows: the schema at head tells what became of them. */
export const keepRows: Operation = {
  matches: (statement) => patterns.some((pattern) => beginsWith(statement, ...pattern)),
  apply() {},
};
