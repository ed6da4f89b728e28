import type { Ledger } from '../ledger/index.ts';
import { nameKey, rowidNames } from '../sql/index.ts';
import { type ImageLayout, unlessOdd } from './layout.ts';
import { PageMemory } from './page-memory.ts';
import { OddImageError, type Pages, pagesOf } from './pages.ts';
import { type RawRow, readTree } from './read-tree.ts';
import { readRecord } from './record.ts';

/** More than any lineage has. */
const mostRows = 5000;

/**
 * Another one for another ledger, as far as `readLedger` reads it: which migrations a file has had. Undefined where only
 * SQLite can tell.
 */
export function ledgerKey(image: Buffer, layout: ImageLayout, ledger: Ledger): string | undefined {
  const root = layout.rootOf(ledger.table);
  if (root === undefined || [...ledger.columns].some((name) => rowidNames.includes(nameKey(name))))
    return undefined;
  const known = memories.get(ledger) ?? new PageMemory<string>();
  memories.set(ledger, known);
  return unlessOdd(() => {
    const pages = pagesOf(image);
    return known.recall(pages, root, () => readRows(pages, root, ledger));
  });
}

const memories = new WeakMap<Ledger, PageMemory<string>>();

function readRows(pages: Pages, root: number, ledger: Ledger): string {
  const read = new Set(['hash', 'created_at', 'is_applied', 'success', ledger.nameColumn ?? 'name']);
  const placesOf = (names: ReadonlySet<string>) =>
    [...ledger.columns].flatMap((name, at) => (names.has(name) ? at : []));
  const [places, asked] = [placesOf(read), placesOf(askedForNull)];
  const keys: string[] = [];
  readTree(pages, root, (row) => {
    keys.push(keyOf(row, places, asked));
    if (keys.length > mostRows) throw new OddImageError();
  });
  return keys.join('');
}

/** Prisma's, of which it matters only that they are there: they tell the time. */
const askedForNull = new Set(['finished_at', 'rolled_back_at']);

/** What is not stored is a column added later, or the rowid by the name of a column. */
function keyOf(row: RawRow, columns: readonly number[], asked: readonly number[]): string {
  const { types, places } = readRecord(row);
  let key = asked.map((at) => (types[at] ? '+' : '-')).join('');
  for (const at of columns) {
    const type = types[at];
    key +=
      type === undefined || type === 0
        ? `${type ?? ''}@${row.rowid};`
        : `${type};${row.bytes.toString('latin1', places[at], places[at + 1])}`;
  }
  return key;
}
