import { keywordOf, nameAt, type SqlStatement } from './split-statements.ts';

/** The table a DROP TABLE names, in lower case: SQLite compares names without case. */
export function droppedTable({ tokens }: SqlStatement): string | undefined {
  if (keywordOf(tokens[0]) !== 'DROP' || keywordOf(tokens[1]) !== 'TABLE') return undefined;
  return nameAt(tokens, 2)?.toLowerCase();
}

/** The new name in ALTER TABLE … RENAME TO …, in lower case. */
export function renamedTo({ tokens }: SqlStatement): string | undefined {
  if (keywordOf(tokens[0]) !== 'ALTER') return undefined;
  const isRename = keywordOf(tokens.at(-3)) === 'RENAME' && keywordOf(tokens.at(-2)) === 'TO';
  return isRename ? nameAt(tokens, tokens.length - 1)?.toLowerCase() : undefined;
}
