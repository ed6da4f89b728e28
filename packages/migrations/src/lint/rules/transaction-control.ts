import { keywordOf } from '../../sql/index.ts';
import type { LintRule } from '../lint-rule.ts';

const words = new Set(['BEGIN', 'COMMIT', 'END']);

export const transactionControl: LintRule<'transaction-control'> = {
  code: 'transaction-control',
  severity: 'warning',
  hint: 'take it out: all pending migrations run in one transaction, with foreign keys off, whatever the SQL says',
  check({ statements }) {
    const found = statements.filter(({ tokens }) => words.has(keywordOf(tokens[0])));
    return found.map((statement) => ({
      message: `${keywordOf(statement.tokens[0])} is left out`,
      statement,
    }));
  },
};
