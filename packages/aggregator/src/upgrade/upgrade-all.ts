import { setImmediate } from 'node:timers/promises';
import { keepReady } from '../processes/index.ts';
import { crashProblem, runOnWorkers, type WorkerKind, WorkersAhead } from '../work/index.ts';
import type { CompileOnce, UpgradeSetup, VersionToCompile } from './compile-once.ts';
import { type UpgradeOutcome, type UpgradeSettings, type UpgradeTask, upgradeFile } from './upgrade-file.ts';
import type { UpgradeLog } from './upgrade-log.ts';
import type { UpgradeQueue } from './upgrade-queue.ts';

/** By each worker: while the disk takes one, the next is built. */
const mostFilesInHand = 8;
/** Then it has one large file, and leaves the next to another worker. */
const fullAtBytes = 32 * 1024 ** 2;

function isFull(inHand: readonly UpgradeTask[]): boolean {
  return (
    inHand.length === mostFilesInHand ||
    inHand.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) >= fullAtBytes
  );
}

const script = new URL(
  import.meta.url.endsWith('.ts') ? './upgrade-worker.ts' : './upgrade-worker.cjs',
  import.meta.url,
);

export interface UpgradeRun {
  readonly jobs: number;
  readonly log: UpgradeLog;
  readonly signal: AbortSignal;
  readonly ahead: WorkersAhead<UpgradeTask>;
  readonly compiling: CompileOnce;
}

/** Workers for files that are still being found; none where the work is to be done here. */
export function startAhead(
  settings: UpgradeSettings,
  { jobs, signal, compiling }: Pick<UpgradeRun, 'jobs' | 'signal' | 'compiling'>,
): WorkersAhead<UpgradeTask> {
  const most = isPlain(settings) ? jobs : 0;
  keepReady({ script }, most);
  return new WorkersAhead(toKind(settings, compiling), { jobs: most, isFull, signal });
}

function toKind(settings: UpgradeSettings, compiling: CompileOnce): WorkerKind {
  return { script, setup: (): UpgradeSetup => ({ settings, schemas: compiling.readSchemas() }) };
}

function isPlain({ lineage }: UpgradeSettings): boolean {
  return Object.keys(lineage.functions).length === 0;
}

/** By worker processes, or here where the lineage cannot be passed to one. */
export function upgradeAll(queue: UpgradeQueue, settings: UpgradeSettings, run: UpgradeRun): Promise<void> {
  if (!isPlain(settings)) return upgradeHere(queue.tasks(), settings, run);
  return run.jobs === 0
    ? upgradeSmallHere(queue, settings, run)
    : upgradeOnWorkers(queue.tasks(), settings, run);
}

/** A larger one keeps this process from all else for too long. */
const mostBytesHere = 32 * 1024 ** 2;

async function upgradeSmallHere(
  queue: UpgradeQueue,
  settings: UpgradeSettings,
  run: UpgradeRun,
): Promise<void> {
  const isSmall = ({ sizeBytes }: UpgradeTask) => sizeBytes <= mostBytesHere;
  await upgradeHere(queue.tasks(isSmall), settings, run);
  await upgradeOnWorkers(
    queue.tasks((task) => !isSmall(task)),
    settings,
    run,
  );
}

/** No more of them are started than there are tasks for. */
async function upgradeOnWorkers(
  tasks: Iterable<UpgradeTask>,
  settings: UpgradeSettings,
  { jobs, log, signal, ahead, compiling }: UpgradeRun,
): Promise<void> {
  await runOnWorkers<UpgradeTask, UpgradeOutcome>(tasks, {
    ...toKind(settings, compiling),
    ahead,
    jobs: Math.max(1, jobs),
    isFull,
    signal,
    onQuestion: (question) => compiling.answer(question as VersionToCompile),
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
