import { Worker } from 'node:worker_threads';
import { VarveError } from '@varve/schema/errors';
import { InvalidArgumentError } from 'commander';
import { exitCodes, reportProblem } from '../output/index.ts';

/** How long the process has to end by itself once its time is over. */
const graceMs = 1000;

/**
 * Ends the process when the time is over, with an error; also while SQLite keeps it from everything else, by a thread
 * beside it.
 */
export function limitTime(seconds: number): Disposable {
  const problem = timeoutProblem(seconds);
  const timer = setTimeout(() => {
    reportProblem(problem);
    process.exit(exitCodes.problems);
  }, seconds * 1000);
  const text = `error[${problem.code}]: ${problem.message}\nhint: ${problem.hint}\n`;
  const thread = new Worker(watch, { eval: true, workerData: { text, afterMs: seconds * 1000 + graceMs } });
  thread.unref();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      void thread.terminate();
    },
  };
}

/** Nothing but a signal ends a process whose main thread is in SQLite. */
const watch = `const { workerData } = require('node:worker_threads');
setTimeout(() => {
  try { require('node:fs').writeSync(2, workerData.text); } catch {}
  process.kill(process.pid, 'SIGKILL');
}, workerData.afterMs);`;

function timeoutProblem(seconds: number): VarveError {
  return new VarveError('INTERRUPTED', `the ${seconds} seconds of --timeout are over`, {
    hint: 'give it more time, or find out by varve show which file takes it; no file is half written',
  });
}

export function parseTimeout(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds < 1_000_000) return seconds;
  throw new InvalidArgumentError('a number of seconds is needed');
}
