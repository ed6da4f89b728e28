import { quoteIdentifier } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';

/** How many rows each table has. */
export function countRows(sqlite: Database, tables: readonly string[]): number[] {
  return countRowsOf(sqlite, tables.map(quoteIdentifier));
}

/**
 * How many rows there are in each of what stands in SQL. Asked of many at once: to prepare a statement takes longer than to
 * count few rows.
 */
export function countRowsOf(sqlite: Database, sources: readonly string[]): number[] {
  if (sources.length > mostAtOnce)
    return [
      ...countRowsOf(sqlite, sources.slice(0, mostAtOnce)),
      ...countRowsOf(sqlite, sources.slice(mostAtOnce)),
    ];
  if (sources.length === 0) return [];
  const counts = sources.map((source) => `(SELECT count(*) FROM ${source})`);
  return (
    sqlite
      .prepare<[], number[]>(`SELECT ${counts.join(', ')}`)
      .raw()
      .get() ?? []
  );
}

const mostAtOnce = 100;
