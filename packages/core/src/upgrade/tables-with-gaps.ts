import { quoteIdentifier } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';

export interface NumberedTable {
  readonly table: string;
  /** A name of the rowid that no column shows. */
  readonly rowid: string;
}

/** Those whose rowids do not count from 1 without a gap: they are given out anew, and every row is written. */
export function tablesWithGaps(sqlite: Database, tables: readonly NumberedTable[]): string[] {
  if (tables.length > mostTables)
    return [
      ...tablesWithGaps(sqlite, tables.slice(0, mostTables)),
      ...tablesWithGaps(sqlite, tables.slice(mostTables)),
    ];
  if (tables.length === 0) return [];
  const asked = tables.map(
    ({ table, rowid }) =>
      `(SELECT max(${rowid}) <> count(*) OR min(${rowid}) < 1 FROM main.${quoteIdentifier(table)})`,
  );
  const answers =
    sqlite
      .prepare<[], (number | null)[]>(`SELECT ${asked.join(', ')}`)
      .raw()
      .get() ?? [];
  return tables.filter((_, at) => answers[at] === 1).map(({ table }) => table);
}

const mostTables = 100;
