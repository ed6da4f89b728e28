import { fork } from 'node:child_process';
import type { AskEvent } from '../api/index.ts';
import { answerQuestion } from './answer-question.ts';
import type { AskOrder } from './ask-order.ts';

const script = new URL(
  import.meta.url.endsWith('.ts') ? './ask-worker.ts' : './ask-worker.js',
  import.meta.url,
);

export interface AskOptions {
  /** Aborted when nobody waits for the answer any more: the process that looks for it is killed. */
  readonly signal: AbortSignal;
  readonly timeLimitMs: number;
  readonly onEvent: (event: AskEvent) => void;
}

/**
 * Answers in a process of its own: SQLite cannot be stopped in the middle of a statement, but a process can. A lineage
 * with SQL functions cannot be passed to one; then the question is asked here, and ends by itself.
 */
export function askApart(order: AskOrder, { signal, timeLimitMs, onEvent }: AskOptions): Promise<void> {
  if (Object.keys(order.lineage?.functions ?? {}).length > 0) {
    return answerQuestion(order, async (event) => onEvent(event));
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const worker = fork(script, { serialization: 'advanced', stdio: 'ignore', detached: true });
  let isAnswered = false;
  const tell = (event: AskEvent): void => {
    isAnswered ||= event.type === 'done' || event.type === 'error';
    onEvent(event);
  };
  const stop = (): void => void worker.kill('SIGKILL');
  const timer = setTimeout(() => {
    stop();
    if (!isAnswered) tell(tooLong(timeLimitMs));
  }, timeLimitMs);
  signal.addEventListener('abort', stop);
  worker.on('message', (event) => tell(event as AskEvent));
  worker.once('error', () => {});
  worker.once('close', () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    if (!isAnswered && !signal.aborted) tell(died);
    resolve();
  });
  worker.send(order as never, () => {});
  if (signal.aborted) stop();
  return promise;
}

function tooLong(timeLimitMs: number): AskEvent {
  return {
    type: 'error',
    code: 'INTERRUPTED',
    message: `the answer took more than ${timeLimitMs / 1000} seconds`,
    hint: 'ask for less, unify the archives first, or ask on the command line: varve query',
  };
}

const died: AskEvent = {
  type: 'error',
  code: 'WORKER_CRASHED',
  message: 'the process that looked for the answer died',
  hint: 'ask again; if it dies again, find the archive that does it with varve query',
};
