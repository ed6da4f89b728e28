import type { Database } from '../driver/index.ts';
import { nameKey, quoteIdentifier } from '../sql/index.ts';

interface IndexRow {
  name: string;
  unique: number;
  partial: number;
}

/** The columns of each unique index of a table, by name key; of one with an expression or a condition, nothing. */
export function readIndexedKeys(sqlite: Database, table: string): string[][] {
  const indexes = sqlite.pragma(`main.index_list(${quoteIdentifier(table)})`) as IndexRow[];
  return indexes
    .filter((index) => index.unique === 1 && index.partial === 0)
    .map(
      ({ name }) => sqlite.pragma(`main.index_info(${quoteIdentifier(name)})`) as { name: string | null }[],
    )
    .filter((terms) => terms.every((term) => term.name !== null))
    .map((terms) => terms.map((term) => nameKey(term.name ?? '')));
}
