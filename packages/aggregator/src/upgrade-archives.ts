import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Lineage } from '@varve/migrations';
import { type FoundArchive, findArchives } from './find-archives.ts';
import { type Problem, problemOf } from './problem.ts';
import { type UpgradeOutcome, type UpgradeTask, upgradeFile } from './upgrade-file.ts';
import { UpgradeLog, type UpgradeProgress, type UpgradeReport } from './upgrade-log.ts';
import { runOnWorkers } from './worker-pool.ts';

export interface UpgradeArchivesOptions {
  readonly lineage: Lineage;
  /** How many worker threads; the number of cores unless given. */
  readonly jobs?: number;
  /** Where each original is kept. */
  readonly backupDir?: string;
  /** Called after each file. */
  readonly onProgress?: (progress: UpgradeProgress) => void;
  /** When aborted, the files in hand are finished and the rest reported as INTERRUPTED. */
  readonly signal?: AbortSignal;
}

/**
 * Brings archives of any versions to head, each as `upgradeArchive` does it, on worker threads. A lineage with SQL
 * functions cannot be passed to a thread: then the work is done on this one, between other work, a file at a time.
 *
 * One bad file never stops the rest, and never throws: it is among `failed`, as is every path that could not be
 * searched. An error that escapes in a worker is its file's WORKER_CRASHED. A crash of SQLite itself would end the
 * process: threads share it.
 */
export async function upgradeArchives(
  where: string | readonly string[],
  options: UpgradeArchivesOptions,
): Promise<UpgradeReport> {
  const { lineage, backupDir, onProgress } = options;
  const found = findArchives(where);
  const log = new UpgradeLog(found.archives, lineage.migrations.length, onProgress);
  // The largest first, so that no thread is left alone with it at the end.
  const queue = found.archives.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  const task = { lineage: { ...lineage, tables: {} }, ...(backupDir && { backupDir }) };
  const isPlain = Object.keys(lineage.functions).length === 0;
  await (isPlain ? upgradeOnWorkers(queue, task, options, log) : upgradeHere(queue, task, options, log));
  return log.report(found.problems.map((error) => problemOf(error, error.path ?? '')));
}

const script = new URL(
  import.meta.url.endsWith('.ts') ? './upgrade-worker.ts' : './upgrade-worker.js',
  import.meta.url,
);

async function upgradeOnWorkers(
  queue: readonly FoundArchive[],
  task: UpgradeTask,
  { jobs = availableParallelism(), signal }: UpgradeArchivesOptions,
  log: UpgradeLog,
): Promise<void> {
  await runOnWorkers<string, UpgradeOutcome>(
    queue.map(({ path }) => path),
    {
      script,
      workerData: task,
      jobs: Math.min(Math.max(1, jobs), queue.length),
      signal,
      onResult: (path, outcome) => log.add(path, outcome),
      onCrash: (path, error) => log.add(path, { problem: crashProblem(path, error), durationMs: 0 }),
    },
  );
}

async function upgradeHere(
  queue: readonly FoundArchive[],
  task: UpgradeTask,
  { signal }: UpgradeArchivesOptions,
  log: UpgradeLog,
): Promise<void> {
  for (const { path } of queue) {
    if (signal?.aborted) return;
    log.add(path, await upgradeFile(path, task));
    await setImmediate();
  }
}

function crashProblem(path: string, error: Error): Problem {
  return {
    path,
    code: 'WORKER_CRASHED',
    message: `the worker died on this file: ${error.message}`,
    hint: 'the file is as it was or complete; try it alone, and report this if it happens again',
  };
}
