import type { Database } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';

/** Whether one of some tables holds a row. */
export function holdsRows(sqlite: Database, tables: readonly string[]): boolean {
  if (tables.length === 0) return false;
  const each = tables.map((table) => `EXISTS (SELECT 1 FROM main.${quoteIdentifier(table)})`);
  return (
    sqlite
      .prepare(`SELECT ${each.join(' OR ')}`)
      .pluck()
      .get() === 1
  );
}
