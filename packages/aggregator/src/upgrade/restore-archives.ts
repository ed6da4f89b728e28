import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type RestoreArchiveOptions, restoreArchive } from '@varve/core';
import { recogniseArchives } from '../find/find-archives.ts';
import { type Problem, problemOf } from '../work/problem.ts';

export interface RestoreArchivesOptions extends RestoreArchiveOptions {
  /** The folder whose archives were upgraded. */
  readonly into: string;
  /** Called after each file. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface RestoreReport {
  /** Paths of the archives that are as their backups are again, in order. */
  readonly restored: readonly string[];
  /** How many were so already. */
  readonly current: number;
  /** Archives that are as they were. */
  readonly failed: readonly Problem[];
}

/**
 * Puts the backups of a bulk upgrade back, each as `restoreArchive` does it, under the path it has below the backup
 * folder. One bad file never stops the rest.
 */
export async function restoreArchives(
  backups: string,
  options: RestoreArchivesOptions,
): Promise<RestoreReport> {
  const { into, onProgress, ...restoreOptions } = options;
  const found = recogniseArchives(backups);
  const failed = found.problems.map((error) => problemOf(error, error.path ?? backups));
  const restored: string[] = [];
  for (const [at, { path, relativePath }] of found.archives.entries()) {
    const target = join(into, relativePath);
    try {
      mkdirSync(dirname(target), { recursive: true });
      if (await restoreArchive(path, target, restoreOptions)) restored.push(target);
    } catch (error) {
      failed.push(problemOf(error, target));
    }
    onProgress?.({ done: at + 1, total: found.archives.length });
  }
  return {
    restored,
    current: found.archives.length + found.problems.length - restored.length - failed.length,
    failed,
  };
}
