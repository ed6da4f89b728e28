import type { ChildProcess } from 'node:child_process';
import { atDeath } from '@varve/core/upgrading';
import { type ProcessKind, takeProcess } from '../processes/index.ts';
import type { WorkerAnswer, WorkerOrder } from './serve-tasks.ts';

/** What a worker is started with, whatever its tasks are. */
export interface WorkerKind extends ProcessKind {
  /** Told to every worker before its first task. */
  readonly setup: unknown;
}

/** One worker process. It is told its setup when it starts, and loads while nobody has a task for it yet. */
export class WorkerProcess {
  /** Why it ended: all that it answered was heard before. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  #hear: (answer: WorkerAnswer) => void = () => {};

  constructor({ setup, ...kind }: WorkerKind) {
    this.#process = takeProcess(kind);
    this.#process.on('message', (answer: WorkerAnswer) => this.#hear(answer));
    this.ended = endOf(this.#process);
    this.order({ setup });
  }

  /** Each of its answers from now on goes here; it gives none before it has a task. */
  hear(listener: (answer: WorkerAnswer) => void): void {
    this.#hear = listener;
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
  // A worker that is in SQLite does not notice that nobody waits for it any more. The other workers start first.
  let callOff = () => {};
  const watching = setImmediate(() => {
    if (worker.pid !== undefined) callOff = atDeath('kill -9 "$1"', String(worker.pid));
  });
  // Its exit may be told before its last answers are read, and each answer takes the next task: both must have ended.
  const drained = new Promise((resolve) => worker.once('disconnect', resolve));
  return new Promise((resolve) => {
    worker.once('error', (error) => resolve(error.message));
    worker.once('exit', async (code, signal) => {
      clearImmediate(watching);
      callOff();
      await drained;
      resolve(signal ? `the worker was killed by ${signal}` : `the worker exited with code ${code}`);
    });
  });
}
