import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { type Leftover, removeLeftover } from '@varve/core/internal';
import { type ErrorCode, VarveError } from '@varve/schema';
import {
  type Archives,
  FileList,
  type FoundFile,
  isSelected,
  newNotes,
  recogniseArchive,
  type Selection,
  streamFiles,
  unpackManifests,
} from '../find/index.ts';
import { crashProblem, FailureLimit, type Problem, problemOf, runOnWorkers } from '../work/index.ts';
import { type UpgradeOutcome, type UpgradeSettings, type UpgradeTask, upgradeFile } from './upgrade-file.ts';
import { sumReports, UpgradeLog, type UpgradeReport } from './upgrade-log.ts';
import type { UpgradeArchivesOptions } from './upgrade-options.ts';
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
  using files = new FileList();
  const { problems, leftovers } = listFiles(where, { shard, sample }, files);
  const log = new UpgradeLog(files.count([archive]), lineage.migrations.length, options);
  for (const problem of problems) log.addUnsearched(problem);
  const setAside = new Map(quarantined.filter(isOfTheFile).map((problem) => [problem.path, problem]));
  for (const [path, problem] of setAside) {
    const file = files.find(path)?.file;
    if (file) log.add(toTask(file), { problem, durationMs: 0 });
  }
  if (!settings.dryRun) await removeLeftovers(leftovers);
  await upgradeAll(
    { files, setAside },
    { ...settings, lineage: { ...lineage, tables: {} } },
    { jobs, log, signal: AbortSignal.any([log.failure, ...(signal ? [signal] : [])]) },
  );
  log.failure.throwIfAborted();
  return log.report();
}

const archive = 'archive';

function listFiles(where: readonly string[], selection: Selection, files: FileList) {
  const notes = newNotes();
  const unreadable: VarveError[] = [];
  for (const file of streamFiles(where, notes)) {
    const recognised = isSelected(file, selection) ? recogniseArchive(file) : undefined;
    if (recognised instanceof VarveError) unreadable.push(recognised);
    else if (recognised) files.add(recognised, archive);
  }
  const problems = [...notes.problems, ...unreadable].map((error) => problemOf(error, error.path ?? ''));
  return { problems, leftovers: [...notes.leftovers.values()] };
}

function toTask({ path, relativePath, sizeBytes }: FoundFile): UpgradeTask {
  return { path, relativePath, sizeBytes };
}

/** The files of a run, but for those that are not tried again. */
interface UpgradeQueue {
  readonly files: FileList;
  readonly setAside: ReadonlyMap<string, Problem>;
}

/** The largest first, so that no worker is left alone with it at the end. */
function* tasksOf(
  { files, setAside }: UpgradeQueue,
  isMeant: (task: UpgradeTask) => boolean = () => true,
): Generator<UpgradeTask> {
  for (const file of files.listLargestFirst())
    if (!setAside.has(file.path) && isMeant(file)) yield toTask(file);
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

function upgradeAll(queue: UpgradeQueue, settings: UpgradeSettings, run: UpgradeRun): Promise<void> {
  const isPlain = Object.keys(settings.lineage.functions).length === 0;
  if (!isPlain) return upgradeHere(tasksOf(queue), settings, run);
  return run.jobs === 0
    ? upgradeSmallHere(queue, settings, run)
    : upgradeOnWorkers(tasksOf(queue), settings, run);
}

/** A larger one keeps this process from all else for too long. */
const mostBytesHere = 32 * 1024 ** 2;

async function upgradeSmallHere(
  queue: UpgradeQueue,
  settings: UpgradeSettings,
  run: UpgradeRun,
): Promise<void> {
  const isSmall = ({ sizeBytes }: UpgradeTask) => sizeBytes <= mostBytesHere;
  await upgradeHere(tasksOf(queue, isSmall), settings, run);
  await upgradeOnWorkers(
    tasksOf(queue, (task) => !isSmall(task)),
    settings,
    run,
  );
}

/** No more of them are started than there are tasks for. */
async function upgradeOnWorkers(
  tasks: Iterable<UpgradeTask>,
  settings: UpgradeSettings,
  { jobs, log, signal }: UpgradeRun,
): Promise<void> {
  await runOnWorkers<UpgradeTask, UpgradeOutcome>(tasks, {
    script,
    setup: settings,
    jobs: Math.max(1, jobs),
    tasksInHand: filesInHand,
    signal,
    onResult: (task, outcome) => log.add(task, outcome),
    onCrash: (task, reason) => log.add(task, { problem: crashProblem(task.path, reason), durationMs: 0 }),
  });
}

async function upgradeHere(
  tasks: Iterable<UpgradeTask>,
  settings: UpgradeSettings,
  { log, signal }: UpgradeRun,
): Promise<void> {
  for (const task of tasks) {
    if (signal.aborted) return;
    log.add(task, await upgradeFile(task, settings));
    await setImmediate();
  }
}
