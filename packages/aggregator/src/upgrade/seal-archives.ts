import { setImmediate } from 'node:timers/promises';
import { sealArchive } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import {
  type Archives,
  isInStore,
  recogniseArchives,
  type Selection,
  unpackManifests,
} from '../find/index.ts';
import { type Problem, problemOf } from '../work/index.ts';

export interface SealArchivesOptions extends Selection {
  readonly lineage: Lineage;
  /** Called after each file. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface SealReport {
  /** Paths of the files that are sealed now and were not before, in order. */
  readonly sealed: readonly string[];
  /** How many were sealed already. */
  readonly current: number;
  /** Files that were left as they were. */
  readonly failed: readonly Problem[];
}

/**
 * Seals files of any versions where they lie, each as `sealArchive` does it: a fleet that another product wrote leaves
 * WAL mode so. One bad file never stops the rest.
 *
 * @throws USAGE for a bucket: what goes there is sealed before
 *
 * @example
 * ```ts
 * import { sealArchives } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).close();
 *
 * const { sealed, current, failed } = await sealArchives('live', { lineage });
 * console.log(sealed.length, current, failed.length); // 1 0 0
 * ```
 */
export async function sealArchives(where: Archives, options: SealArchivesOptions): Promise<SealReport> {
  using unpacked = await unpackManifests(where);
  if (isInStore(unpacked.where)) throw inBucketError();
  const { lineage, onProgress, ...selection } = options;
  const { archives, problems } = recogniseArchives(unpacked.where, selection);
  const failed = problems.map((error) => problemOf(error, error.path ?? ''));
  const sealed: string[] = [];
  let current = 0;
  for (const [at, { path }] of archives.entries()) {
    try {
      if (sealArchive(path, { lineage })) sealed.push(path);
      else current += 1;
    } catch (error) {
      failed.push(problemOf(error, path));
    }
    onProgress?.({ done: at + 1, total: archives.length });
    await setImmediate();
  }
  return { sealed, current, failed };
}

function inBucketError(): VarveError {
  return new VarveError('USAGE', 'archives in a bucket are sealed already', {
    hint: 'name files or folders; what is sealed goes into a bucket with varve push',
  });
}
