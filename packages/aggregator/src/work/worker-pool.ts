import { keepReady } from '../processes/index.ts';
import type { WorkerAnswer, WorkerQuestion } from './serve-tasks.ts';
import { type WorkerKind, WorkerProcess } from './worker-process.ts';
import { keepStacks } from './worker-stacks.ts';
import type { WorkersAhead } from './workers-ahead.ts';

export interface WorkerPoolOptions<TTask, TResult> extends WorkerKind {
  readonly jobs: number;
  /** Workers of this kind that were started before: they are taken first. */
  readonly ahead?: Pick<WorkersAhead<TTask>, 'take'>;
  /** Whether a worker has so much in hand that it computes for one task while the disk is busy with others. */
  readonly isFull: (inHand: readonly TTask[]) => boolean;
  /** No task begins after it is aborted; those in hand are finished, if they are within a second and a half. */
  readonly signal?: AbortSignal | undefined;
  /** Answers what a worker asks for; what cannot be told, it finds out for itself. */
  readonly onQuestion?: (question: unknown) => unknown;
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
  const lanes = Array.from({ length: options.jobs }, () => runLane(queue, options));
  // Each lane that has a task has its worker by now.
  keepReady(options, 0);
  await Promise.all(lanes);
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
  let worker: WorkerProcess | undefined;
  const begin = (): WorkerProcess => {
    const begun = options.ahead?.take() ?? new WorkerProcess(options);
    begun.begin((message) => ('ask' in message ? reply(begun, message) : answer(message)));
    void begun.ended.then(end);
    return begun;
  };
  const take = (): void => {
    while (!isFull([...inHand.values()]) && !signal?.aborted) {
      const { done, value: task } = queue.next();
      if (done) break;
      worker ??= begin();
      inHand.set(++count, task);
      worker.order({ id: count, task });
    }
    if (inHand.size > 0) return;
    worker?.dismiss();
    end('');
  };
  const answer = ({ id, result, failure, stacks }: WorkerAnswer): void => {
    if (stacks) keepStacks(stacks);
    const task = inHand.get(id) as TTask;
    inHand.delete(id);
    if (failure === undefined) onResult(task, result as TResult);
    else onCrash(task, failure);
    take();
  };
  const reply = (asking: WorkerProcess, { ask, question }: WorkerQuestion): void => {
    asking.order({ reply: ask, said: options.onQuestion?.(question) });
  };
  const kill = () => setTimeout(() => worker?.kill(), graceMs).unref();
  const end = (reason: string): void => {
    signal?.removeEventListener('abort', kill);
    resolve({ lost: [...inHand.values()], reason });
  };
  signal?.addEventListener('abort', kill, { once: true });
  take();
  return promise;
}

/** How long a worker has for what it has in hand once the work is aborted. */
const graceMs = 1500;
