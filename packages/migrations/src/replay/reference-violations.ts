import type { Database } from '../driver/index.ts';

/** How many rows of each table have lost their parent row, by `child → parent`. */
export type ReferenceViolations = ReadonlyMap<string, number>;

export function countReferenceViolations(sqlite: Database): ReferenceViolations {
  const counts = new Map<string, number>();
  for (const { table, parent } of sqlite.prepare('PRAGMA foreign_key_check').iterate() as Iterable<{
    table: string;
    parent: string;
  }>) {
    const key = `${table} → ${parent}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
