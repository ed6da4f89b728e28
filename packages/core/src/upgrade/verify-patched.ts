import type { Database } from '../file/index.ts';
import type { Source } from '../source/index.ts';
import { type VerifyRowsOptions, verifyRows } from './verify-rows.ts';

/**
 * `verifyRows` of a copy that was changed in place. Where figures of ANALYZE might let the lens meet rows in another
 * order, what it finds to be the same is the same; only if it finds a difference does a replay decide.
 *
 * @throws as `verifyRows` does
 */
export function verifyPatched(
  upgraded: Database,
  openOriginal: () => Source,
  options: Omit<VerifyRowsOptions, 'despiteStatistics'>,
): void {
  try {
    verifyRows(upgraded, openOriginal(), { ...options, despiteStatistics: true });
  } catch (error) {
    if (!holdsStatistics(upgraded)) throw error;
    verifyRows(upgraded, openOriginal(), options);
  }
}

function holdsStatistics(sqlite: Database): boolean {
  const sql = `SELECT 1 FROM main.sqlite_schema WHERE name LIKE 'sqlite^_stat%' ESCAPE '^'`;
  return sqlite.prepare(sql).get() !== undefined;
}
