import { Worker } from 'node:worker_threads';

export interface WorkerPoolOptions<TTask, TResult> {
  readonly script: URL;
  /** Cloned to every worker once. */
  readonly workerData: unknown;
  readonly jobs: number;
  /** No task begins after it is aborted; those in hand are finished. */
  readonly signal?: AbortSignal | undefined;
  readonly onResult: (task: TTask, result: TResult) => void;
  /** The worker died on this task; another takes its place. */
  readonly onCrash: (task: TTask, error: Error) => void;
}

/** Gives each task to one of `jobs` worker threads, in order, and returns when none is in hand any more. */
export async function runOnWorkers<TTask, TResult>(
  tasks: Iterable<TTask>,
  options: WorkerPoolOptions<TTask, TResult>,
): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  await Promise.all(Array.from({ length: options.jobs }, () => runLane(queue, options)));
}

async function runLane<TTask, TResult>(
  queue: Iterator<TTask>,
  { script, workerData, signal, onResult, onCrash }: WorkerPoolOptions<TTask, TResult>,
): Promise<void> {
  let worker: Worker | undefined;
  while (!signal?.aborted) {
    const { done, value: task } = queue.next();
    if (done) break;
    worker ??= new Worker(script, { workerData });
    try {
      onResult(task, await ask<TResult>(worker, task));
    } catch (error) {
      await worker.terminate();
      worker = undefined;
      onCrash(task, error instanceof Error ? error : new Error(String(error)));
    }
  }
  await worker?.terminate();
}

/** One message out, one message back. */
function ask<TResult>(worker: Worker, task: unknown): Promise<TResult> {
  const { promise, resolve, reject } = Promise.withResolvers<TResult>();
  const onExit = (code: number) => reject(new Error(`the worker exited with code ${code}`));
  worker.once('message', resolve).once('error', reject).once('exit', onExit);
  worker.postMessage(task);
  return promise.finally(() => {
    worker.off('message', resolve).off('error', reject).off('exit', onExit);
  });
}
