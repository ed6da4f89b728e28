import { takeStacks, type WorkerStack } from './worker-stacks.ts';

/** What a worker process is told: first what is the same for all tasks, then each task under a number. */
export type WorkerOrder = { readonly setup: unknown } | { readonly id: number; readonly task: unknown };

/** The result of a task, or why there is none. */
export interface WorkerAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: string;
  /** What is behind problems that were found since the last answer. */
  readonly stacks?: readonly WorkerStack[];
}

/**
 * Makes this process a worker of `runOnWorkers`: tasks are begun as they come, several at once. Without its parent it
 * stops at once.
 */
export function serveTasks<TSetup, TTask>(handle: (task: TTask, setup: TSetup) => Promise<unknown>): void {
  let setup: TSetup;
  process.on('disconnect', () => process.exit());
  process.on('message', async (order: WorkerOrder) => {
    if ('setup' in order) setup = order.setup as TSetup;
    else {
      const outcome = await attempt(() => handle(order.task as TTask, setup));
      const stacks = takeStacks();
      process.send?.({ id: order.id, ...outcome, ...(stacks.length > 0 && { stacks }) });
    }
  });
}

async function attempt(work: () => Promise<unknown>): Promise<Pick<WorkerAnswer, 'result' | 'failure'>> {
  try {
    return { result: await work() };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
