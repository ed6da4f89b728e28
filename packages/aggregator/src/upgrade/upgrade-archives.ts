import { availableParallelism } from 'node:os';
import { type Leftover, removeLeftover } from '@varve/core/internal';
import type { ErrorCode } from '@varve/schema';
import { type Archives, unpackManifests } from '../find/index.ts';
import { FailureLimit, type Problem } from '../work/index.ts';
import { upgradeAll } from './upgrade-all.ts';
import { sumReports, UpgradeLog, type UpgradeReport } from './upgrade-log.ts';
import type { UpgradeArchivesOptions } from './upgrade-options.ts';
import { UpgradeQueue } from './upgrade-queue.ts';
import { divideByStore, upgradeStores } from './upgrade-stores.ts';

/**
 * Brings archives of any versions to head, each as `upgradeArchive` does it, in worker processes. A lineage with SQL
 * functions cannot be passed to one: then the work is done in this process, between other work, a file at a time.
 *
 * One bad file never stops the rest, and never throws: it is among `failed`, as is every path that could not be
 * searched. A file that kills its worker, when it is tried once more and alone, is a WORKER_CRASHED. Of the other files
 * the report has the numbers alone, so that it stays small whatever their number: `onFile` is told of each.
 *
 * @example
 * ```ts
 * import { upgradeArchives } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const report = await upgradeArchives('archives', { lineage, backupDir: 'originals' });
 * console.log(report.upgraded, report.current, report.failed.length); // 0 1 0
 * ```
 */
export async function upgradeArchives(
  where: Archives,
  options: UpgradeArchivesOptions,
): Promise<UpgradeReport> {
  using unpacked = await unpackManifests(where);
  const { stores, local } = divideByStore(unpacked.where);
  const limit = new FailureLimit(options.maxFailures);
  const limited = limitFailures(options, limit);
  if (stores.length === 0) return upgradeFiles(local, limited);
  const kept = { ...limited, quarantined: options.quarantined?.filter(isOfTheFile) ?? [] };
  const report = await upgradeStores(stores, kept, upgradeFiles);
  return local.length === 0 ? report : sumReports(report, await upgradeFiles(local, limited));
}

function limitFailures(options: UpgradeArchivesOptions, limit: FailureLimit): UpgradeArchivesOptions {
  const { signal, onFile } = options;
  return {
    ...options,
    signal: AbortSignal.any([limit.signal, ...(signal ? [signal] : [])]),
    onFile: (file) => {
      if (file.problem) limit.add();
      onFile?.(file);
    },
  };
}

async function upgradeFiles(
  where: readonly string[],
  options: UpgradeArchivesOptions,
): Promise<UpgradeReport> {
  const {
    jobs = availableParallelism(),
    shard,
    sample,
    maxFailures,
    quarantined = [],
    signal,
    onFile,
    onProgress,
    ...settings
  } = options;
  const { lineage } = settings;
  using queue = new UpgradeQueue(quarantined.filter(isOfTheFile));
  const { problems, leftovers } = queue.fill(where, { shard, sample });
  const log = new UpgradeLog(queue.count(), lineage.migrations.length, options);
  for (const problem of problems) log.addUnsearched(problem);
  for (const { task, problem } of queue.listSetAside()) log.add(task, { problem, durationMs: 0 });
  if (!settings.dryRun) await removeLeftovers(leftovers);
  await upgradeAll(
    queue,
    { ...settings, lineage: { ...lineage, tables: {} } },
    { jobs, log, signal: AbortSignal.any([log.failure, ...(signal ? [signal] : [])]) },
  );
  log.failure.throwIfAborted();
  return log.report();
}

/** What may be otherwise the next time, without anybody having touched the file. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'ARCHIVE_EXISTS',
  'DISK_FULL',
  'FILE_BUSY',
  'FILE_CHANGED',
  'FILE_NOT_FOUND',
  'FILE_READ_ONLY',
  'FILE_UNREADABLE',
  'LOSS_NOT_ACCEPTED',
  'SESSION_LIVE',
  'TOO_MANY_OPEN_FILES',
]);

function isOfTheFile({ code }: Problem): boolean {
  return !passing.has(code) && !code.startsWith('STORE_');
}

/** Another run may be at it, or the folder be read-only: then that stays. */
async function removeLeftovers(leftovers: readonly Leftover[]): Promise<void> {
  for (const leftover of leftovers) await removeLeftover(leftover).catch(() => {});
}
