import { expect, it } from 'vitest';
import { runOnWorkers } from './worker-pool.ts';

const script = new URL('./testing/crashing-worker.ts', import.meta.url);

async function run(tasks: readonly unknown[], jobs: number, signal?: AbortSignal) {
  const results = new Map<unknown, unknown>();
  const crashes = new Map<unknown, string>();
  await runOnWorkers<unknown, unknown>(tasks, {
    script,
    workerData: undefined,
    jobs,
    signal,
    onResult: (task, result) => results.set(task, result),
    onCrash: (task, error) => crashes.set(task, error.message),
  });
  return { results, crashes };
}

it('gives every task to a worker and its result back', async () => {
  const tasks = Array.from({ length: 50 }, (_, at) => at);
  const { results } = await run(tasks, 2);
  expect([...results].sort(([a], [b]) => Number(a) - Number(b))).toEqual(
    tasks.map((task) => [task, task * 2]),
  );
});

it('names the task a worker died on, however it died, and goes on with the rest', async () => {
  const { results, crashes } = await run([1, 'exit', 2, 'throw', 3, 'reject', 4], 2);
  expect(Object.fromEntries(crashes)).toEqual({
    exit: 'the worker exited with code 3',
    throw: 'thrown in a worker',
    reject: 'rejected in a worker',
  });
  expect([...results.values()].sort()).toEqual([2, 4, 6, 8]);
});

it('begins nothing once aborted', async () => {
  expect(await run([1, 2], 2, AbortSignal.abort())).toEqual({ results: new Map(), crashes: new Map() });
});
