import { keywordOf, nameAt } from '../../split-statements.ts';
import { nameKey } from '../name-key.ts';
import { beginsWith, type Operation, tableIn } from '../operation.ts';
import { Refused } from '../refused.ts';
import { emptyRelation } from '../relation.ts';

/** `CREATE TABLE t (…)`: no rows yet. With IF NOT EXISTS, nothing happens to a table that is there. */
export const createTable: Operation = {
  matches: (statement) => beginsWith(statement, 'CREATE', 'TABLE'),
  target: (statement) => nameAt(statement.tokens, 2),
  apply({ step, tables }) {
    const { tokens } = step.statement;
    const name = nameAt(tokens, 2) ?? '';
    if (step.before.tables.has(nameKey(name))) return;
    if (isFromSelect(tokens.map(keywordOf), tokens))
      throw new Refused('CREATE TABLE … AS SELECT is not compiled');
    tables.set(name, emptyRelation(tableIn(step.after, name)));
  },
};

function isFromSelect(words: readonly string[], tokens: readonly { text: string }[]): boolean {
  const opening = tokens.findIndex((token) => token.text === '(');
  const as = words.indexOf('AS');
  return as !== -1 && (opening === -1 || as < opening);
}
