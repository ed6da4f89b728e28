import { keywordOf } from '../../split-statements.ts';
import type { LintRule } from '../lint-rule.ts';

/** Elsewhere than behind DEFAULT, SQLite as varve builds on it takes them for names, and the migration fails. */
export const doubleQuotedLiteral: LintRule<'double-quoted-literal'> = {
  code: 'double-quoted-literal',
  severity: 'error',
  hint: "write a text in single quotes: 'text'; double quotes are for names",
  check({ statements }) {
    return statements.flatMap((statement) =>
      statement.tokens
        .filter((token, at, tokens) => token.text.startsWith('"') && keywordOf(tokens[at - 1]) === 'DEFAULT')
        .map((token) => ({
          message: `${token.text} is a text only because no column is called so`,
          statement,
        })),
    );
  },
};
