import { identifierOf, keywordOf, nameAt } from '../../sql/index.ts';
import type { LintRule } from '../lint-rule.ts';
import { isRebuildRename } from '../rebuilds.ts';

export const rename: LintRule<'rename'> = {
  code: 'rename',
  severity: 'warning',
  hint: 'look for the old name in SQL text outside of Drizzle, and update every service before one writes the new name',
  check({ statements }) {
    const renames = statements.filter(
      (statement) =>
        keywordOf(statement.tokens[0]) === 'ALTER' &&
        statement.tokens.some((token) => keywordOf(token) === 'RENAME') &&
        !isRebuildRename(statement, statements),
    );
    return renames.map((statement) => {
      const { tokens } = statement;
      const table = nameAt(tokens, 2) ?? '';
      const isTable = keywordOf(tokens.at(-3)) === 'RENAME';
      const from = isTable ? table : `${table}.${identifierOf(tokens.at(-3))}`;
      return { message: `${from} becomes ${identifierOf(tokens.at(-1))}`, statement };
    });
  },
};
