import { takeStacks, type WorkerStack } from './worker-stacks.ts';

/** What a worker process is told: first what is the same for all tasks, then each task under a number, and what it asked. */
export type WorkerOrder =
  | { readonly setup: unknown }
  | { readonly id: number; readonly task: unknown }
  | { readonly reply: number; readonly said: unknown };

/** What it says. */
export type WorkerMessage = WorkerAnswer | WorkerQuestion;

/** What it asks for, under a number of its own. */
export interface WorkerQuestion {
  readonly ask: number;
  readonly question: unknown;
}

/** The result of a task, or why there is none. */
export interface WorkerAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: string;
  /** What is behind problems that were found since the last answer. */
  readonly stacks?: readonly WorkerStack[];
}

/** Has the process that gave the task answer something: undefined where it cannot. */
export type Ask = (question: unknown) => Promise<unknown>;

/**
 * Makes this process a worker of `runOnWorkers`: tasks are begun as they come, several at once. Without its parent it
 * stops at once.
 */
export function serveTasks<TSetup, TTask>(
  handle: (task: TTask, setup: TSetup, ask: Ask) => Promise<unknown>,
): void {
  let setup: TSetup;
  const waiting = new Map<number, (said: unknown) => void>();
  let asked = 0;
  const ask: Ask = (question) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    waiting.set(++asked, resolve);
    process.send?.({ ask: asked, question });
    return promise;
  };
  process.on('disconnect', () => process.exit());
  process.on('message', async (order: WorkerOrder) => {
    if ('setup' in order) setup = order.setup as TSetup;
    else if ('reply' in order) {
      waiting.get(order.reply)?.(order.said);
      waiting.delete(order.reply);
    } else {
      const outcome = await attempt(() => handle(order.task as TTask, setup, ask));
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
