import type { Database } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';

/** Whether one of some tables holds a row. */
export function holdsRows(sqlite: Database, tables: readonly string[]): boolean {
  return whichHoldRows(sqlite, tables).includes(true);
}

/** Whether each of some tables holds a row: asked at once, for to prepare a statement takes longer than to answer it. */
export function whichHoldRows(sqlite: Database, tables: readonly string[]): boolean[] {
  if (tables.length > mostTables)
    return [
      ...whichHoldRows(sqlite, tables.slice(0, mostTables)),
      ...whichHoldRows(sqlite, tables.slice(mostTables)),
    ];
  if (tables.length === 0) return [];
  const each = tables.map((table) => `EXISTS (SELECT 1 FROM main.${quoteIdentifier(table)})`);
  const answers = sqlite
    .prepare<[], number[]>(`SELECT ${each.join(', ')}`)
    .raw()
    .get();
  return tables.map((_, at) => answers?.[at] === 1);
}

const mostTables = 100;
