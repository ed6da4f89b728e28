import { quoteIdentifier } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';

/** How many rows each table has. Asked of many at once: to prepare a statement takes longer than to count few rows. */
export function countRows(sqlite: Database, tables: readonly string[]): number[] {
  if (tables.length > mostTables)
    return [
      ...countRows(sqlite, tables.slice(0, mostTables)),
      ...countRows(sqlite, tables.slice(mostTables)),
    ];
  if (tables.length === 0) return [];
  const counts = tables.map((table) => `(SELECT count(*) FROM ${quoteIdentifier(table)})`);
  return (
    sqlite
      .prepare<[], number[]>(`SELECT ${counts.join(', ')}`)
      .raw()
      .get() ?? []
  );
}

const mostTables = 100;
