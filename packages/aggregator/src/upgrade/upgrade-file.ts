import { dirname, join } from 'node:path';
import {
  type UpgradeArchiveOptions,
  type UpgradePreparedOptions,
  type UpgradeResult,
  upgradePrepared,
} from '@varve/core/upgrading';
import { type Problem, problemOf } from '../work/index.ts';

/** What is the same for every file of a bulk upgrade. Plain data, as long as the lineage has no functions. */
export type UpgradeSettings = UpgradeArchiveOptions;

/** One file of it. */
export interface UpgradeTask {
  readonly path: string;
  /** Below the backup folder, so that names need not be unique in the whole fleet. */
  readonly relativePath: string;
  /** As it was found. */
  readonly sizeBytes: number;
}

/** How one file fared: plain data, so that it can be said across processes. */
export type UpgradeOutcome = { readonly durationMs: number } & (
  | { readonly result: UpgradeResult }
  | { readonly problem: Problem }
);

/** Never throws, but for a mistake in the program. */
export async function upgradeFile(
  task: UpgradeTask,
  { backupDir, ...options }: UpgradePreparedOptions,
): Promise<UpgradeOutcome> {
  const { path, relativePath } = task;
  const startedAt = performance.now();
  try {
    if (backupDir?.startsWith('s3://')) {
      // Loaded only where it is needed: a worker starts at once without.
      const { keepInStore } = await import('./keep-in-store.ts');
      if (!options.dryRun) await keepInStore(task, backupDir, options.lineage);
      const result = await upgradePrepared(path, { ...options, acceptLoss: true });
      return { result, durationMs: performance.now() - startedAt };
    }
    const backup = backupDir !== undefined && { backupDir: join(backupDir, dirname(relativePath)) };
    const result = await upgradePrepared(path, { ...options, ...backup });
    return { result, durationMs: performance.now() - startedAt };
  } catch (error) {
    return { problem: problemOf(error, path), durationMs: performance.now() - startedAt };
  }
}
