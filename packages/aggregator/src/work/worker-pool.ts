import { type ChildProcess, fork } from 'node:child_process';
import { atDeath } from '@varve/core/upgrading';
import type { WorkerAnswer, WorkerOrder } from './serve-tasks.ts';
import { keepStacks } from './worker-stacks.ts';

export interface WorkerPoolOptions<TTask, TResult> {
  readonly script: URL;
  /** Told to every worker before its first task. */
  readonly setup: unknown;
  readonly jobs: number;
  /** Whether a worker has so much in hand that it computes for one task while the disk is busy with others. */
  readonly isFull: (inHand: readonly TTask[]) => boolean;
  /** For V8 in a worker; by default it is kept from letting garbage grow, for work that lies outside of its heap. */
  readonly nodeFlags?: readonly string[];
  /** No task begins after it is aborted; those in hand are finished, if they are within a second and a half. */
  readonly signal?: AbortSignal | undefined;
  readonly onResult: (task: TTask, result: TResult) => void;
  /** The task fails, or kills its worker, even when it is alone there. */
  readonly onCrash: (task: TTask, reason: string) => void;
}

/**
 * Gives each task to one of `jobs` worker processes, in order, and returns when none is in hand any more. A process of
 * its own, not a thread: what makes SQLite crash costs a worker. Another takes its place and does the tasks that were in
 * hand one by one, so that the one that did it is found.
 */
export async function runOnWorkers<TTask, TResult>(
  tasks: Iterable<TTask>,
  options: WorkerPoolOptions<TTask, TResult>,
): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  await Promise.all(Array.from({ length: options.jobs }, () => runLane(queue, options)));
}

async function runLane<TTask, TResult>(
  queue: Iterator<TTask>,
  options: WorkerPoolOptions<TTask, TResult>,
): Promise<void> {
  const { signal, onCrash } = options;
  for (;;) {
    const { lost } = await runWorker(queue, options);
    if (lost.length === 0 || signal?.aborted) return;
    const suspects = lost.values();
    for (;;) {
      const alone = await runWorker(suspects, { ...options, isFull: isOne });
      if (alone.lost.length === 0) break;
      for (const task of alone.lost) onCrash(task, alone.reason);
    }
  }
}

const isOne = ({ length }: readonly unknown[]) => length === 1;

interface WorkerEnd<TTask> {
  /** The tasks in hand when the worker died; none when it ended because there was no more to do. */
  readonly lost: readonly TTask[];
  readonly reason: string;
}

/** Starts no worker where there is nothing to do. */
async function runWorker<TTask, TResult>(
  queue: Iterator<TTask>,
  options: WorkerPoolOptions<TTask, TResult>,
): Promise<WorkerEnd<TTask>> {
  const { signal, isFull, onResult, onCrash } = options;
  const { promise, resolve } = Promise.withResolvers<WorkerEnd<TTask>>();
  const inHand = new Map<number, TTask>();
  let count = 0;
  let worker: ChildProcess | undefined;
  const take = (): void => {
    while (!isFull([...inHand.values()]) && !signal?.aborted) {
      const { done, value: task } = queue.next();
      if (done) break;
      worker ??= startWorker(options, answer, end);
      inHand.set(++count, task);
      order(worker, { id: count, task });
    }
    if (inHand.size > 0) return;
    worker?.disconnect();
    if (!worker) end('');
  };
  const answer = ({ id, result, failure, stacks }: WorkerAnswer): void => {
    if (stacks) keepStacks(stacks);
    const task = inHand.get(id) as TTask;
    inHand.delete(id);
    if (failure === undefined) onResult(task, result as TResult);
    else onCrash(task, failure);
    take();
  };
  const kill = () => setTimeout(() => worker?.kill('SIGKILL'), graceMs).unref();
  const end = (reason: string): void => {
    signal?.removeEventListener('abort', kill);
    resolve({ lost: [...inHand.values()], reason });
  };
  signal?.addEventListener('abort', kill, { once: true });
  take();
  return promise;
}

type WorkerOptions = WorkerPoolOptions<unknown, unknown>;

function startWorker(
  { script, setup, nodeFlags = frugal }: Pick<WorkerOptions, 'script' | 'setup' | 'nodeFlags'>,
  onAnswer: (answer: WorkerAnswer) => void,
  onEnd: (reason: string) => void,
): ChildProcess {
  const worker = fork(script, {
    serialization: 'advanced',
    stdio: 'ignore',
    execArgv: [...flagsFor(script), ...nodeFlags],
    // Ctrl-C is for this process to answer.
    detached: true,
  });
  worker.on('message', onAnswer);
  worker.once('error', (error) => onEnd(error.message));
  // A worker that is in SQLite does not notice that nobody waits for it any more. The other workers start first.
  let callOff = () => {};
  const watching = setImmediate(() => {
    if (worker.pid !== undefined) callOff = atDeath('kill -9 "$1"', String(worker.pid));
  });
  // Its exit may be told before its last answers are read, and each answer takes the next task: both must have ended.
  const drained = new Promise((resolve) => worker.once('disconnect', resolve));
  worker.once('exit', async (code, signal) => {
    clearImmediate(watching);
    callOff();
    await drained;
    onEnd(signal ? `the worker was killed by ${signal}` : `the worker exited with code ${code}`);
  });
  order(worker, { setup });
  return worker;
}

const preloading = /^(?:-r|--require|--import|--loader|--experimental-loader)(=|$)/;

/** A worker that was built as one file has all that it needs: what this program loads before all else is for itself. */
function flagsFor({ pathname }: URL): string[] {
  if (!pathname.endsWith('.cjs')) return process.execArgv;
  const isName = (flag: string | undefined) => preloading.exec(flag ?? '')?.[1] === '';
  return process.execArgv.filter((flag, at, all) => !preloading.test(flag) && !isName(all[at - 1]));
}

/** How long a worker has for what it has in hand once the work is aborted. */
const graceMs = 1500;

/** V8 lets garbage grow with the machine's memory. */
const frugal = ['--max-semi-space-size=1', '--max-old-space-size=128'];

/** A worker that has just died takes no orders; its end is told by its exit. */
function order(worker: ChildProcess, message: WorkerOrder): void {
  worker.send(message as never, () => {});
}
