import type { ChildProcess } from 'node:child_process';
import { atDeath } from '@varve/core/upgrading';
import { type ProcessKind, takeProcess } from '../processes/index.ts';
import type { WorkerMessage, WorkerOrder } from './serve-tasks.ts';

/** What a worker is started with, whatever its tasks are. */
export interface WorkerKind extends ProcessKind {
  /** Told to every worker before its first task: asked for only then, when it has begun to load. */
  readonly setup: () => unknown;
}

/** One worker process. It loads while nobody has a task for it yet. */
export class WorkerProcess {
  /** Why it ended: all that it answered was heard before. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  readonly #setup: () => unknown;

  constructor({ setup, ...kind }: WorkerKind) {
    this.#process = takeProcess(kind);
    this.#setup = setup;
    this.ended = endOf(this.#process);
  }

  /** It gets tasks from now on. All that it says goes to the listener. */
  begin(listener: (message: WorkerMessage) => void): void {
    this.#process.on('message', listener);
    this.order({ setup: this.#setup() });
  }

  /** A worker that has just died takes no orders; its end is told by its exit. */
  order(message: WorkerOrder): void {
    this.#process.send(message as never, () => {});
  }

  /** There are no more orders: it ends. */
  dismiss(): void {
    this.#process.disconnect();
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

function endOf(worker: ChildProcess): Promise<string> {
  // A worker that is in SQLite for long does not notice that nobody waits for it any more. A short run needs no watch.
  let callOff = () => {};
  const watching = setTimeout(() => {
    if (worker.pid !== undefined) callOff = atDeath('kill -9 "$1"', String(worker.pid));
  }, 1000).unref();
  // Its exit may be told before its last answers are read, and each answer takes the next task: both must have ended.
  const drained = new Promise((resolve) => worker.once('disconnect', resolve));
  return new Promise((resolve) => {
    worker.once('error', (error) => resolve(error.message));
    worker.once('exit', async (code, signal) => {
      clearTimeout(watching);
      callOff();
      await drained;
      resolve(signal ? `the worker was killed by ${signal}` : `the worker exited with code ${code}`);
    });
  });
}
