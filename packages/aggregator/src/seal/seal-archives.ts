import { setImmediate } from 'node:timers/promises';
import { sealArchive } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { type Archives, isInStore, listFiles, type Selection, unpackManifests } from '../find/index.ts';
import { type Problem, problemOf, Tally, type WorkOptions, type WorkReport } from '../work/index.ts';

export interface SealedArchive {
  readonly path: string;
  /** `current`: it was sealed already. */
  readonly state: 'sealed' | 'current' | 'failed';
  readonly problem?: Problem;
}

export interface SealArchivesOptions extends Selection, WorkOptions<SealedArchive> {
  readonly lineage: Lineage;
  /** Called after each file. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface SealReport extends WorkReport {
  /** How many are sealed now and were not before. */
  readonly sealed: number;
  /** How many were sealed already. */
  readonly current: number;
}

/**
 * Seals files of any versions where they lie, each as `sealArchive` does it: a fleet that another product wrote leaves
 * WAL mode so. One bad file never stops the rest. They are all found before the first is sealed, and none of them is in memory.
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
 * console.log(sealed, current, failed.length); // 1 0 0
 * ```
 */
export async function sealArchives(where: Archives, options: SealArchivesOptions): Promise<SealReport> {
  using unpacked = await unpackManifests(where);
  if (isInStore(unpacked.where)) throw inBucketError();
  const { lineage, onProgress } = options;
  const tally = new Tally(options);
  using found = listFiles(unpacked.where, options);
  for (const problem of found.problems) tally.add({ path: problem.path, state: 'failed', problem });
  let done = 0;
  for (const { path } of found.list()) {
    if (tally.isStopped) break;
    tally.add(sealOne(path, lineage));
    done += 1;
    onProgress?.({ done, total: found.count });
    await setImmediate();
  }
  return { sealed: tally.count('sealed'), current: tally.count('current'), ...tally.report() };
}

function sealOne(path: string, lineage: Lineage): SealedArchive {
  try {
    return { path, state: sealArchive(path, { lineage }) ? 'sealed' : 'current' };
  } catch (error) {
    return { path, state: 'failed', problem: problemOf(error, path) };
  }
}

function inBucketError(): VarveError {
  return new VarveError('USAGE', 'archives in a bucket are sealed already', {
    hint: 'name files or folders; what is sealed goes into a bucket with varve push',
  });
}
