import { availableParallelism } from 'node:os';
import { type Leftover, readyStore, removeLeftover } from '@varve/core/internal';
import type { ErrorCode } from '@varve/schema';
import { type Archives, assertApart, unpackManifests } from '../find/index.ts';
import type { Problem } from '../work/index.ts';
import { CompileOnce } from './compile-once.ts';
import { startAhead, upgradeAll } from './upgrade-all.ts';
import { UpgradeLog, type UpgradeReport } from './upgrade-log.ts';
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
 * @throws USAGE where the backups would lie among the archives; CLIENT_MISSING
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
  await assertBackups(unpacked.where, options);
  const log = new UpgradeLog(options.lineage.migrations.length, options);
  const known = { ...options, quarantined: options.quarantined?.filter(isOfTheFile) ?? [] };
  if (stores.length > 0) await upgradeStores(stores, log, known, upgradeArchives);
  if (local.length > 0) await upgradeFiles(local, log, known);
  log.throwIfFailed();
  return log.report();
}

async function assertBackups(where: Archives, { backupDir }: UpgradeArchivesOptions): Promise<void> {
  if (backupDir === undefined) return;
  assertApart(where, backupDir, 'the backups');
  await readyStore(backupDir);
}

async function upgradeFiles(
  where: readonly string[],
  log: UpgradeLog,
  options: UpgradeArchivesOptions,
): Promise<void> {
  const {
    jobs = availableParallelism(),
    shard,
    sample,
    maxFailures: _limit,
    quarantined = [],
    signal: _signal,
    onFile: _onFile,
    onProgress: _onProgress,
    ...settings
  } = options;
  const plain = { ...settings, lineage: { ...settings.lineage, tables: {} } };
  const { signal } = log;
  using queue = new UpgradeQueue(quarantined);
  using compiling = new CompileOnce({ ...plain, lineage: settings.lineage });
  await using ahead = startAhead(plain, { jobs, signal, compiling });
  const { problems, leftovers } = queue.fill(where, { shard, sample }, (task, file) => {
    ahead.expect(task);
    compiling.expect(file);
  });
  log.find(queue.count());
  for (const problem of problems) log.addUnsearched(problem);
  for (const { task, problem } of queue.listSetAside()) log.addProblem(task, problem);
  if (!settings.dryRun) await removeLeftovers(leftovers);
  await upgradeAll(queue, plain, { jobs, log, signal, ahead, compiling });
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
