import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { UpgradeArchiveOptions } from '@varve/core';
import { removeUpgradeLeftovers } from '@varve/core/internal';
import type { ErrorCode } from '@varve/schema';
import { recogniseArchives } from '../find/find-archives.ts';
import { isInShard, type Shard } from '../find/shard.ts';
import { crashProblem, type Problem, problemOf } from '../work/problem.ts';
import { runOnWorkers } from '../work/worker-pool.ts';
import { type UpgradeOutcome, type UpgradeSettings, type UpgradeTask, upgradeFile } from './upgrade-file.ts';
import { type UpgradeListeners, UpgradeLog, type UpgradeReport } from './upgrade-log.ts';

export interface UpgradeArchivesOptions extends UpgradeArchiveOptions, UpgradeListeners {
  /** Each original is kept here under the path it has below the folder that was searched. */
  readonly backupDir?: string;
  /** How many worker processes; the number of cores unless given. */
  readonly jobs?: number;
  /** Do one part of the files only. The others are not in the report. */
  readonly shard?: Shard;
  /**
   * What failed before, as an earlier report has it. Files whose own contents were the reason are not tried again, but
   * are among `failed` as they were; the rest are.
   */
  readonly quarantined?: readonly Problem[];
  /** When aborted, the files in hand are finished; the rest are `left`. */
  readonly signal?: AbortSignal;
}

/**
 * Brings archives of any versions to head, each as `upgradeArchive` does it, in worker processes. A lineage with SQL
 * functions cannot be passed to one: then the work is done in this process, between other work, a file at a time.
 *
 * One bad file never stops the rest, and never throws: it is among `failed`, as is every path that could not be
 * searched. A file that kills its worker, when it is tried once more and alone, is a WORKER_CRASHED. Of the other files
 * the report has the numbers alone, so that it stays small whatever their number: `onFile` is told of each.
 */
export async function upgradeArchives(
  where: string | readonly string[],
  options: UpgradeArchivesOptions,
): Promise<UpgradeReport> {
  const {
    jobs = availableParallelism(),
    shard,
    quarantined = [],
    signal,
    onFile,
    onProgress,
    ...settings
  } = options;
  const { lineage } = settings;
  const { tasks, problems, vanished } = findTasks(where, shard);
  const log = new UpgradeLog(tasks, lineage.migrations.length, options);
  for (const problem of problems) log.addUnsearched(problem);
  const setAside = new Map(quarantined.filter(isOfTheFile).map((problem) => [problem.path, problem]));
  for (const task of tasks) {
    const problem = setAside.get(task.path);
    if (problem) log.add(task, { problem, durationMs: 0 });
  }
  if (!settings.dryRun) await removeVanished(vanished);
  await upgradeAll(
    tasks.filter(({ path }) => !setAside.has(path)),
    { ...settings, lineage: { ...lineage, tables: {} } },
    { jobs, log, signal: AbortSignal.any([log.failure, ...(signal ? [signal] : [])]) },
  );
  log.failure.throwIfAborted();
  return log.report();
}

/** The largest first, so that no worker is left alone with it at the end. */
function findTasks(where: string | readonly string[], shard: Shard | undefined) {
  const { archives, problems, vanished } = recogniseArchives(where);
  const tasks = archives
    .filter(({ relativePath }) => !shard || isInShard(relativePath, shard))
    .map(({ path, relativePath, sizeBytes }): UpgradeTask => ({ path, relativePath, sizeBytes }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
  return { tasks, problems: problems.map((error) => problemOf(error, error.path ?? '')), vanished };
}

/** What may be otherwise the next time, without anybody having touched the file. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'ARCHIVE_EXISTS',
  'FILE_BUSY',
  'FILE_CHANGED',
  'FILE_NOT_FOUND',
  'FILE_READ_ONLY',
  'FILE_UNREADABLE',
  'LOSS_NOT_ACCEPTED',
  'SESSION_LIVE',
]);

function isOfTheFile({ code }: Problem): boolean {
  return !passing.has(code);
}

/** Another run may be at it, or the folder be read-only: then that stays. */
async function removeVanished(files: readonly string[]): Promise<void> {
  for (const file of files) await removeUpgradeLeftovers(file).catch(() => {});
}

/** By each worker: while the disk takes one, the next is built. */
const filesInHand = 8;

const script = new URL(
  import.meta.url.endsWith('.ts') ? './upgrade-worker.ts' : './upgrade-worker.js',
  import.meta.url,
);

interface UpgradeRun {
  readonly jobs: number;
  readonly log: UpgradeLog;
  readonly signal: AbortSignal;
}

function upgradeAll(
  queue: readonly UpgradeTask[],
  settings: UpgradeSettings,
  run: UpgradeRun,
): Promise<void> {
  const isPlain = Object.keys(settings.lineage.functions).length === 0;
  return (isPlain ? upgradeOnWorkers : upgradeHere)(queue, settings, run);
}

async function upgradeOnWorkers(
  queue: readonly UpgradeTask[],
  settings: UpgradeSettings,
  { jobs, log, signal }: UpgradeRun,
): Promise<void> {
  await runOnWorkers<UpgradeTask, UpgradeOutcome>(queue, {
    script,
    setup: settings,
    jobs: Math.min(Math.max(1, jobs), queue.length),
    tasksInHand: filesInHand,
    signal,
    onResult: (task, outcome) => log.add(task, outcome),
    onCrash: (task, reason) => log.add(task, { problem: crashProblem(task.path, reason), durationMs: 0 }),
  });
}

async function upgradeHere(
  queue: readonly UpgradeTask[],
  settings: UpgradeSettings,
  { log, signal }: UpgradeRun,
): Promise<void> {
  for (const task of queue) {
    if (signal.aborted) return;
    log.add(task, await upgradeFile(task, settings));
    await setImmediate();
  }
}
