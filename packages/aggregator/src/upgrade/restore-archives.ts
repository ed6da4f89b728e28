import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type RestoreArchiveOptions, restoreArchive } from '@varve/core';
import {
  assertNoLink,
  isStoreUrl,
  makePrivateDir,
  openStore,
  readyStore,
  removePrivateDir,
  type Store,
} from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import {
  type FoundFile,
  fetchWindows,
  isInStore,
  listFiles,
  localPathOf,
  newNotes,
  type Selection,
  streamArchives,
} from '../find/index.ts';
import { type Problem, problemOf, Tally, type WorkOptions, type WorkReport } from '../work/index.ts';

export interface RestoredArchive {
  /** Of the archive; of the backup where that cannot be read. */
  readonly path: string;
  /** `restored`: it is as its backup is again; `current`: it was so already. */
  readonly state: 'restored' | 'current' | 'failed';
  readonly problem?: Problem;
}

export interface RestoreArchivesOptions
  extends RestoreArchiveOptions,
    Selection,
    WorkOptions<RestoredArchive> {
  /** The folder, or the `s3://bucket/prefix`, whose archives were upgraded. */
  readonly into: string;
  /** Called after each file. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface RestoreReport extends WorkReport {
  /** How many are as their backups are again. */
  readonly restored: number;
  /** How many were so already. */
  readonly current: number;
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
  await readyStore(options.into);
  const tally = new Tally(options);
  if (isStoreUrl(options.into) || isInStore(backups)) await restoreStore(backups, options, tally);
  else await restoreFiles(backups, options, tally);
  return { restored: tally.count('restored'), current: tally.count('current'), ...tally.report() };
}

/** They are all found before the first is written. */
async function restoreFiles(
  backups: string,
  options: RestoreArchivesOptions,
  tally: Tally<RestoredArchive>,
): Promise<void> {
  using found = listFiles(backups, options);
  for (const problem of found.problems) tally.add(toFailed(problem));
  let done = 0;
  for (const file of found.list()) {
    if (tally.isStopped) return;
    tally.add(await restoreFile(file, options));
    done += 1;
    options.onProgress?.({ done, total: found.count });
  }
}

async function restoreFile(
  { path, relativePath }: FoundFile,
  { into, lineage, overwrite }: RestoreArchivesOptions,
): Promise<RestoredArchive> {
  const target = join(into, relativePath);
  try {
    assertNoLink(target, into);
    mkdirSync(dirname(target), { recursive: true });
    const isChanged = await restoreArchive(path, target, { lineage, ...(overwrite && { overwrite }) });
    return { path: target, state: isChanged ? 'restored' : 'current' };
  } catch (error) {
    return toFailed(problemOf(error, target));
  }
}

/** Of backups or archives in a bucket: both are compared here, and the backup put only over what was compared. */
async function restoreStore(
  backups: string,
  options: RestoreArchivesOptions,
  tally: Tally<RestoredArchive>,
): Promise<void> {
  const { shard, sample, onProgress } = options;
  const notes = newNotes();
  let done = 0;
  for await (const window of fetchWindows(streamArchives(backups, notes, { shard, sample }))) {
    using fetched = window;
    for (const { file, error } of fetched.failed) tally.add(toFailed(problemOf(error, file.path)));
    for (const file of fetched.files) {
      if (tally.isStopped) break;
      tally.add(await attemptRestore(file, options));
      done += 1;
      onProgress?.({ done, total: done });
    }
    if (tally.isStopped) break;
  }
  for (const error of notes.problems) tally.add(toFailed(problemOf(error, error.path ?? backups)));
}

function toFailed(problem: Problem): RestoredArchive {
  return { path: problem.path, state: 'failed', problem };
}

async function attemptRestore(
  file: FoundFile,
  { into, lineage, overwrite }: RestoreArchivesOptions,
): Promise<RestoredArchive> {
  const work = join(makePrivateDir(), basename(file.relativePath));
  const store = openStore(into);
  const path = isStoreUrl(into) ? `${store.url}/${file.relativePath}` : join(into, file.relativePath);
  try {
    const etag = await readCurrent(store, file.relativePath, work);
    const isChanged = await restoreArchive(localPathOf(file), work, {
      lineage,
      ...(overwrite && { overwrite }),
    });
    if (isChanged) await store.put(file.relativePath, work, etag === undefined ? 'absent' : { etag });
    return { path, state: isChanged ? 'restored' : 'current' };
  } catch (error) {
    return { path, state: 'failed', problem: { ...problemOf(error, path), path } };
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
