import type { Database } from '../driver/index.ts';
import { copyRows } from './copy-rows.ts';
import { moveRows } from './move-rows.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration } from './patch.ts';
import { rowidOf } from './rowid-of.ts';

/** What more bytes in the file cost from there on is more than to have SQLite read the schema once more. */
const fewestMovedBytes = 256 * 1024;

/** Writes the rows of tables that lose a column anew: what ALTER TABLE … DROP COLUMN does to rows. */
export function narrowRows(sqlite: Database, alterations: readonly Alteration[]): NarrowedRows[] {
  if (alterations.length === 0) return [];
  const sizeBytes = sizeOf(sqlite);
  const narrowed = alterations.map((alteration) => {
    const rowid = rowidOf(sqlite, alteration.name);
    return rowid && !rowid.holdsGenerated && sizeBytes >= fewestMovedBytes
      ? moveRows(sqlite, alteration, { rowid, sizeBytes })
      : copyRows(sqlite, alteration, rowid);
  });
  if (narrowed.some(({ prepare }) => prepare)) {
    sqlite.exec('PRAGMA writable_schema = ON');
    for (const { prepare } of narrowed) prepare?.();
    sqlite.exec('PRAGMA writable_schema = RESET');
  }
  for (const rows of narrowed) rows.write();
  return narrowed;
}

function sizeOf(sqlite: Database): number {
  const sql = 'SELECT page_count * page_size FROM pragma_page_count, pragma_page_size';
  return sqlite.prepare<[], number>(sql).pluck().get() ?? 0;
}
