import { type WorkerKind, WorkerProcess } from './worker-process.ts';

export interface WorkersAheadOptions<TTask> {
  /** No more are started than this. */
  readonly jobs: number;
  /** As `runOnWorkers` has it: one worker more is started for what the others have no hand for. */
  readonly isFull: (inHand: readonly TTask[]) => boolean;
  /** None is started after it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** Workers that load while their tasks are still looked for: those that get none are ended. */
export class WorkersAhead<TTask> implements AsyncDisposable {
  readonly #kind: WorkerKind;
  readonly #options: WorkersAheadOptions<TTask>;
  readonly #idle: WorkerProcess[] = [];
  #started = 0;
  #inHand: TTask[] = [];

  constructor(kind: WorkerKind, options: WorkersAheadOptions<TTask>) {
    this.#kind = kind;
    this.#options = options;
  }

  /** There is this task to do: starts a worker where those that were started would not take it yet. */
  expect(task: TTask): void {
    const { jobs, isFull, signal } = this.#options;
    const isMoreWanted = this.#started === 0 || isFull(this.#inHand);
    if (isMoreWanted && this.#started < jobs && !signal?.aborted) {
      this.#started++;
      this.#inHand = [];
      this.#idle.push(new WorkerProcess(this.#kind));
    }
    if (this.#started < jobs) this.#inHand.push(task);
  }

  /** One that was started; undefined when all have their tasks. */
  take(): WorkerProcess | undefined {
    return this.#idle.shift();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const idle = this.#idle.splice(0);
    for (const worker of idle) worker.kill();
    await Promise.all(idle.map(({ ended }) => ended));
  }
}
