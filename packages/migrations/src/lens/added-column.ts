import { keywordOf, tokenizeSql } from '../sql/index.ts';

/** What may name other columns of its table, or say something of the table as a whole. */
const widerWords = new Set(['AS', 'GENERATED', 'CHECK', 'PRIMARY', 'UNIQUE', 'CONFLICT']);

/**
 * The definition of the one column that a statement has more, at the end, than the one that made a table before, as
 * ALTER TABLE writes it; undefined for any other difference, and for a column that is not read by itself.
 */
export function addedColumn(before: string, after: string): string | undefined {
  const length = after.length - before.length;
  if (length <= 1) return undefined;
  const at = commonLength(before, after);
  const added = after.slice(at, at + length);
  if (!added.startsWith(',') || before.slice(at) !== after.slice(at + length)) return undefined;
  const definition = added.slice(1);
  return isReadAlone(definition) ? definition : undefined;
}

/** Halves at a time: strings are compared faster than their characters. */
function commonLength(one: string, other: string): number {
  let [low, high] = [0, Math.min(one.length, other.length)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (one.slice(low, middle) === other.slice(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isReadAlone(definition: string): boolean {
  // A reference of the whole table, which names columns that are not here.
  if (/^\s*(FOREIGN|CONSTRAINT)\b/i.test(definition)) return false;
  let depth = 0;
  for (const token of tokenizeSql(definition)) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth < 0 || (depth === 0 && token.text === ',')) return false;
    if (token.kind === 'comment' || widerWords.has(keywordOf(token))) return false;
  }
  return depth === 0;
}
