import { readPlainCopy } from '../fusion/index.ts';
import { isBaseline } from '../ledger/index.ts';
import { type Step, traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { identifierOf, keywordOf, nameAt, nameKey } from '../sql/index.ts';

/**
 * Tells, by name key, whether a row of some file may be so short that a column of this name is not in it, and its default
 * stands for it: a column that was ever added to rows that were there.
 */
export function shortColumns(lineage: Lineage): (column: string) => boolean {
  const [first] = lineage.migrations;
  // What was added before a baseline is not to be seen any more.
  if (!first || isBaseline(first)) return () => true;
  const names = new Set(traceLineage(lineage).steps.flat().flatMap(namesAdded));
  return (column) => names.has(column);
}

function namesAdded({ statement: { tokens }, before, after }: Step): string[] {
  const words = tokens.map(keywordOf);
  const table = nameKey(nameAt(tokens, 2) ?? '');
  if (words[0] === 'ALTER') {
    const added = words.includes('ADD') ? after.tables.get(table)?.columns.at(-1)?.name : undefined;
    return [added ?? identifierOf(tokens.at(-1)) ?? ''].map(nameKey);
  }
  const copy = words[0] === 'INSERT' ? readPlainCopy(tokens) : undefined;
  const columns = (copy && before.tables.get(nameKey(copy.into))?.columns) ?? [];
  return columns.map(({ name }) => nameKey(name)).filter((name) => !copy?.columns.has(name));
}
