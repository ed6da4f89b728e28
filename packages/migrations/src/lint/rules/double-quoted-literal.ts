import { replayStatements } from '../../replay/index.ts';
import { keywordOf } from '../../sql/index.ts';
import type { LintRule } from '../lint-rule.ts';

/** A default in double quotes SQLite takes for a text itself; elsewhere replay had to make a text of it. */
export const doubleQuotedLiteral: LintRule<'double-quoted-literal'> = {
  code: 'double-quoted-literal',
  severity: 'error',
  hint: "write a text in single quotes: 'text'; double quotes are for names",
  check({ migration, executed }) {
    return replayStatements(migration).flatMap((statement, place) =>
      statement.tokens
        .filter((token, at, tokens) => {
          const isMadeText = executed[place]?.tokens[at]?.kind === 'string';
          return token.text.startsWith('"') && (isMadeText || keywordOf(tokens[at - 1]) === 'DEFAULT');
        })
        .map(({ text }) => ({ message: `${text} is a text only because no column is called so`, statement })),
    );
  },
};
