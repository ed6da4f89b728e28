import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type RestoreArchiveOptions, restoreArchive } from '@varve/core';
import {
  assertNoLink,
  isStoreUrl,
  makePrivateDir,
  openStore,
  removePrivateDir,
  type Store,
} from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import {
  type FoundFile,
  fetchWindows,
  isInStore,
  localPathOf,
  newNotes,
  recogniseArchives,
  type Selection,
  streamArchives,
} from '../find/index.ts';
import { type Problem, problemOf } from '../work/index.ts';

export interface RestoreArchivesOptions extends RestoreArchiveOptions, Selection {
  /** The folder, or the `s3://bucket/prefix`, whose archives were upgraded. */
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
 *
 * @example
 * ```ts
 * import { restoreArchives, upgradeArchives } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * await upgradeArchives('archives', { lineage, backupDir: 'originals' });
 * const report = await restoreArchives('archives', { into: 'archives', lineage });
 * console.log(report.failed.length); // 0
 * ```
 */
export async function restoreArchives(
  backups: string,
  options: RestoreArchivesOptions,
): Promise<RestoreReport> {
  const { into, onProgress, shard, sample, ...restoreOptions } = options;
  if (isStoreUrl(into) || isInStore(backups)) return restoreStore(backups, options);
  const found = recogniseArchives(backups, { shard, sample });
  const failed = found.problems.map((error) => problemOf(error, error.path ?? backups));
  const restored: string[] = [];
  for (const [at, { path, relativePath }] of found.archives.entries()) {
    const target = join(into, relativePath);
    try {
      assertNoLink(target, into);
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

/** Of backups or archives in a bucket: both are compared here, and the backup put only over what was compared. */
async function restoreStore(backups: string, options: RestoreArchivesOptions): Promise<RestoreReport> {
  const { shard, sample, onProgress } = options;
  const notes = newNotes();
  const restored: string[] = [];
  const failed: Problem[] = [];
  let [done, current] = [0, 0];
  const restoreAll = async (files: readonly FoundFile[]) => {
    for (const file of files) {
      const outcome = await attemptRestore(file, options);
      if (typeof outcome !== 'string') failed.push(outcome);
      else if (outcome === '') current += 1;
      else restored.push(outcome);
      done += 1;
      onProgress?.({ done, total: done });
    }
  };
  const found = streamArchives(backups, notes, { shard, sample });
  for await (const window of fetchWindows(found)) {
    using fetched = window;
    failed.push(...fetched.failed.map(({ file, error }) => problemOf(error, file.path)));
    await restoreAll(fetched.files);
  }
  failed.push(...notes.problems.map((error) => problemOf(error, error.path ?? backups)));
  return { restored, current, failed };
}

/** Its address when it was restored; empty where it was so already. */
async function attemptRestore(
  file: FoundFile,
  { into, ...options }: RestoreArchivesOptions,
): Promise<string | Problem> {
  const { lineage, overwrite } = options;
  const work = join(makePrivateDir(), basename(file.relativePath));
  const store = openStore(into);
  const target = isStoreUrl(into) ? `${store.url}/${file.relativePath}` : join(into, file.relativePath);
  try {
    const etag = await readCurrent(store, file.relativePath, work);
    const isChanged = await restoreArchive(localPathOf(file), work, {
      lineage,
      ...(overwrite && { overwrite }),
    });
    if (isChanged) await store.put(file.relativePath, work, etag === undefined ? 'absent' : { etag });
    return isChanged ? target : '';
  } catch (error) {
    return { ...problemOf(error, target), path: target };
  } finally {
    removePrivateDir(dirname(work));
  }
}

async function readCurrent(store: Store, key: string, into: string): Promise<string | undefined> {
  try {
    return (await store.read(key, into)).etag;
  } catch (error) {
    if (error instanceof VarveError && error.code === 'FILE_NOT_FOUND') return undefined;
    throw error;
  }
}
