import { readPlainCopy } from '../fusion/index.ts';
import { isBaseline } from '../ledger/index.ts';
import { type Step, traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { identifierOf, keywordOf, nameKey, type SqlToken } from '../sql/index.ts';
import { onceFor } from './once-for.ts';

/**
 * Tells, by name key, whether a row of some file may be so short that a column of this name is not in it, and its default
 * stands for it: a column that was ever added to rows that were there.
 */
export const shortColumns: (lineage: Lineage) => (column: string) => boolean = onceFor((lineage) => {
  const [first] = lineage.migrations;
  // What was added before a baseline is not to be seen any more.
  if (!first || isBaseline(first)) return () => true;
  const names = new Set(traceLineage(lineage).steps.flat().flatMap(namesAdded));
  return (column) => names.has(column);
});

function namesAdded({ statement: { tokens }, before }: Step): string[] {
  const words = tokens.map(keywordOf);
  if (words[0] === 'ALTER') return namesAltered(tokens, words);
  const copy = words[0] === 'INSERT' ? readPlainCopy(tokens) : undefined;
  const columns = (copy && before.tables.get(nameKey(copy.into))?.columns) ?? [];
  return columns.map(({ name }) => nameKey(name)).filter((name) => !copy?.columns.has(name));
}

/** By the words alone: to ask SQLite what it made of every table on the way takes longer than all else here. */
function namesAltered(tokens: readonly SqlToken[], words: readonly string[]): string[] {
  const add = words.indexOf('ADD');
  const isOfColumn = words[add + 1] === 'COLUMN';
  const name = add < 0 ? tokens.at(-1) : tokens[add + (isOfColumn ? 2 : 1)];
  return [nameKey(identifierOf(name) ?? '')];
}
