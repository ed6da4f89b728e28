import type { Database } from '../file/index.ts';
import { countRows } from './count-rows.ts';
import type { HeadCount } from './head-counts.ts';
import { mismatchError } from './mismatch-error.ts';

/** @throws UPGRADE_MISMATCH where a table has not as many rows as it should have */
export function verifyCounts(sqlite: Database, expected: readonly HeadCount[], path: string): void {
  const counts = countRows(
    sqlite,
    expected.map(({ table }) => table),
  );
  for (const [at, { table, count }] of expected.entries()) {
    const found = counts[at];
    if (found !== count)
      throw mismatchError(`table ${table} has ${found} rows, not ${count}`, { path, table });
  }
}
