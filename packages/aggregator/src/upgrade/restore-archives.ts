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
  FileList,
  type FoundFile,
  fetchWindows,
  isInStore,
  isSelected,
  localPathOf,
  newNotes,
  recogniseArchive,
  type Selection,
  streamArchives,
  streamFiles,
} from '../find/index.ts';
import { type Problem, problemOf } from '../work/index.ts';

export interface RestoreArchivesOptions extends RestoreArchiveOptions, Selection {
  /** The folder, or the `s3://bucket/prefix`, whose archives were upgraded. */
  readonly into: string;
  /** Told of each archive that is as its backup is again. */
  readonly onRestored?: (path: string) => void;
  /** Called after each file. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface RestoreReport {
  /** How many are as their backups are again. */
  readonly restored: number;
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
  const { into } = options;
  return isStoreUrl(into) || isInStore(backups)
    ? restoreStore(backups, options)
    : restoreFiles(backups, options);
}

/** They are all found before the first is written, and none of them is in memory. */
async function restoreFiles(backups: string, options: RestoreArchivesOptions): Promise<RestoreReport> {
  const { into, onRestored, onProgress, shard, sample, ...restoreOptions } = options;
  using found = new FileList();
  const failed = listBackups(backups, { shard, sample }, found);
  const total = found.count([kind]).files;
  let [restored, current, done] = [0, 0, 0];
  for (const { path, relativePath } of found.list([kind])) {
    const target = join(into, relativePath);
    try {
      assertNoLink(target, into);
      mkdirSync(dirname(target), { recursive: true });
      const isChanged = await restoreArchive(path, target, restoreOptions);
      if (isChanged) onRestored?.(target);
      if (isChanged) restored += 1;
      else current += 1;
    } catch (error) {
      failed.push(problemOf(error, target));
    }
    done += 1;
    onProgress?.({ done, total });
  }
  return { restored, current, failed };
}

const kind = 'backup';

/** Returns what cannot be looked at. */
function listBackups(backups: string, selection: Selection, into: FileList): Problem[] {
  const notes = newNotes();
  const unreadable: VarveError[] = [];
  for (const file of streamFiles(backups, notes)) {
    const archive = isSelected(file, selection) ? recogniseArchive(file) : undefined;
    if (archive instanceof VarveError) unreadable.push(archive);
    else if (archive) into.add(archive, kind);
  }
  return [...notes.problems, ...unreadable].map((error) => problemOf(error, error.path ?? backups));
}

/** Of backups or archives in a bucket: both are compared here, and the backup put only over what was compared. */
async function restoreStore(backups: string, options: RestoreArchivesOptions): Promise<RestoreReport> {
  const { shard, sample, onRestored, onProgress } = options;
  const notes = newNotes();
  const failed: Problem[] = [];
  let [done, current, restored] = [0, 0, 0];
  const restoreAll = async (files: readonly FoundFile[]) => {
    for (const file of files) {
      const outcome = await attemptRestore(file, options);
      if (typeof outcome !== 'string') failed.push(outcome);
      else if (outcome === '') current += 1;
      else restored += 1;
      if (typeof outcome === 'string' && outcome !== '') onRestored?.(outcome);
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
