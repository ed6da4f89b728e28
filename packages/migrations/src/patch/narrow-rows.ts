import type { Database } from '../driver/index.ts';
import { copyRows, type TableToCopy } from './copy-rows.ts';
import { moveRows } from './move-rows.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration } from './patch.ts';
import type { PatchRecipe } from './patch-recipe.ts';
import { rowidOf } from './rowid-of.ts';

/** What more bytes in the file cost from there on is more than to have SQLite read the schema once more. */
const fewestMovedBytes = 256 * 1024;

/** Writes the rows of tables that lose a column anew: what ALTER TABLE … DROP COLUMN does to rows. */
export function narrowRows(
  sqlite: Database,
  alterations: readonly Alteration[],
  recipe: PatchRecipe,
): NarrowedRows[] {
  if (alterations.length === 0) return [];
  const { sizeBytes, rowsBytes } = sizesOf(sqlite);
  const narrowed: NarrowedRows[] = [];
  const copied: TableToCopy[] = [];
  for (const alteration of alterations) {
    const rowid = recipe.rowids.of(alteration, () => rowidOf(sqlite, alteration.name));
    if (rowid && !rowid.holdsGenerated && rowsBytes >= fewestMovedBytes)
      narrowed.push(moveRows(sqlite, alteration, { rowid, sizeBytes }));
    else copied.push({ alteration, rowid });
  }
  if (copied.length > 0) narrowed.push(copyRows(sqlite, copied));
  if (narrowed.some(({ prepare }) => prepare)) {
    sqlite.exec('PRAGMA writable_schema = ON');
    for (const { prepare } of narrowed) prepare?.();
    sqlite.exec('PRAGMA writable_schema = RESET');
  }
  for (const rows of narrowed) rows.write();
  return narrowed;
}

/** Of the file, and of what its tables and indexes have beyond the one page that each has though it is empty. */
function sizesOf(sqlite: Database): { readonly sizeBytes: number; readonly rowsBytes: number } {
  const [pages = 0, pageBytes = 0] = ['page_count', 'page_size'].map((it) =>
    Number(sqlite.pragma(it, { simple: true })),
  );
  const sizeBytes = pages * pageBytes;
  if (sizeBytes < fewestMovedBytes) return { sizeBytes, rowsBytes: sizeBytes };
  const roots = sqlite.prepare<[], number>('SELECT count(*) FROM sqlite_schema WHERE rootpage > 0');
  return { sizeBytes, rowsBytes: sizeBytes - pageBytes * (roots.pluck().get() ?? 0) };
}
