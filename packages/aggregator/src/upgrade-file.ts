import { type UpgradeResult, upgradeArchive } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { type Problem, problemOf } from './problem.ts';

/** What is the same for every file of a bulk upgrade. Plain data, as long as the lineage has no functions. */
export interface UpgradeTask {
  readonly lineage: Lineage;
  readonly backupDir?: string;
}

/** How one file fared: plain data, so that it can be said across threads. */
export type UpgradeOutcome = { readonly durationMs: number } & (
  | { readonly result: UpgradeResult }
  | { readonly problem: Problem }
);

/** Never throws. */
export async function upgradeFile(
  path: string,
  { lineage, backupDir }: UpgradeTask,
): Promise<UpgradeOutcome> {
  const startedAt = performance.now();
  try {
    const result = await upgradeArchive(path, { lineage, ...(backupDir && { backupDir }) });
    return { result, durationMs: performance.now() - startedAt };
  } catch (error) {
    return { problem: problemOf(error, path), durationMs: performance.now() - startedAt };
  }
}
