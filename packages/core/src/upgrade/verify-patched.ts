import { isSqliteError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import type { Database } from '../file/index.ts';
import type { Source } from '../source/index.ts';
import type { UpgradePlan } from './upgrade-plan.ts';
import { areImagesRight, type UpgradedImages } from './verify-images.ts';
import { type VerifyRowsOptions, verifyRows } from './verify-rows.ts';

interface VerifyPatchedOptions extends Omit<VerifyRowsOptions, 'despiteStatistics'> {
  readonly plan?: UpgradePlan;
  /** Of a file that fits in memory. */
  readonly readImages?: () => UpgradedImages;
}

/**
 * `verifyRows` of a copy that was changed in place, by the bytes of both files where that is enough. Where figures of
 * ANALYZE might let the lens meet rows in another order, what it finds to be the same is the same; only if it finds a
 * difference does a replay decide.
 *
 * @throws as `verifyRows` does
 */
export function verifyPatched(
  upgraded: Database,
  openOriginal: () => Source,
  options: VerifyPatchedOptions,
): void {
  if (areSurelyRight(upgraded, options)) return;
  try {
    verifyRows(upgraded, openOriginal, { ...options, despiteStatistics: true });
  } catch (error) {
    if (!holdsStatistics(upgraded)) throw error;
    verifyRows(upgraded, openOriginal, options);
  }
}

/** What is found to be wrong, or cannot be read so, is looked at again: that says what it is. */
function areSurelyRight(
  upgraded: Database,
  { lineage, path, plan, readImages }: VerifyPatchedOptions,
): boolean {
  if (!plan || !readImages) return false;
  try {
    return areImagesRight(upgraded, { lineage, path, plan, images: readImages() });
  } catch (error) {
    if (error instanceof VarveError || isSqliteError(error)) return false;
    throw error;
  }
}

function holdsStatistics(sqlite: Database): boolean {
  const sql = `SELECT 1 FROM main.sqlite_schema WHERE name LIKE 'sqlite^_stat%' ESCAPE '^'`;
  return sqlite.prepare(sql).get() !== undefined;
}
