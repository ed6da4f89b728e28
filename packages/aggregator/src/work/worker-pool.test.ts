import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../testing/archives.ts';
import { runOnWorkers } from './worker-pool.ts';

const script = new URL('../testing/crashing-worker.ts', import.meta.url);

async function run(tasks: readonly unknown[], jobs: number, signal?: AbortSignal, mostInHand = 4) {
  const results = new Map<unknown, unknown>();
  const crashes = new Map<unknown, string>();
  await runOnWorkers<unknown, unknown>(tasks, {
    script,
    setup: () => undefined,
    jobs,
    isFull: ({ length }) => length === mostInHand,
    signal,
    onResult: (task, result) => results.set(task, result),
    onCrash: (task, reason) => crashes.set(task, reason),
  });
  return { results, crashes };
}

it('gives every task to a worker and its result back', async () => {
  const tasks = Array.from({ length: 50 }, (_, at) => at);
  const { results, crashes } = await run(tasks, 2);
  expect([...results].sort(([a], [b]) => Number(a) - Number(b))).toEqual(
    tasks.map((task) => [task, task * 2]),
  );
  expect(crashes.size).toBe(0);
});

it('leaves to another worker what is more than one has in hand', async () => {
  const pidsOf = async (mostInHand: number) => {
    const { results } = await run(['pid', 'pid too'], 2, undefined, mostInHand);
    return new Set(results.values()).size;
  };
  expect(await Promise.all([pidsOf(1), pidsOf(2)])).toEqual([2, 1]);
});

it('names the task a worker died on, however it died, and goes on with the rest', async () => {
  const { results, crashes } = await run([1, 'exit', 2, 'segfault', 3, 'throw', 4, 'reject', 5, 6, 7, 8], 2);
  expect(Object.fromEntries(crashes)).toEqual({
    exit: 'the worker exited with code 3',
    segfault: 'the worker was killed by SIGSEGV',
    throw: 'thrown in a worker',
    reject: 'the worker exited with code 1',
  });
  expect([...results.values()].sort((a, b) => Number(a) - Number(b))).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
});

it('answers what workers ask for', async () => {
  const answers: unknown[] = [];
  const tasks = Array.from({ length: 9 }, (_, at) => ({ at }));
  const ask = (onQuestion?: (question: unknown) => unknown) =>
    runOnWorkers<unknown, unknown>(tasks, {
      script,
      setup: () => undefined,
      jobs: 2,
      isFull: ({ length }) => length === 4,
      ...(onQuestion && { onQuestion }),
      onResult: (task, result) => answers.push([task, result]),
      onCrash: (task, reason) => answers.push([task, reason]),
    });
  await ask((question) => ({ question }));
  const told = tasks.map((task) => [task, [{ question: task }, { question: 'again' }]]);
  expect(answers.splice(0)).toEqual(expect.arrayContaining(told));
  await ask();
  expect(answers).toEqual(expect.arrayContaining(tasks.map((task) => [task, [undefined, undefined]])));
});

it('begins nothing once aborted', async () => {
  expect(await run([1, 2], 2, AbortSignal.abort())).toEqual({ results: new Map(), crashes: new Map() });
});

it('loads into a worker that was built as one file nothing of what the program loads before all else', async () => {
  const flags = process.execArgv;
  onTestFinished(() => {
    process.execArgv = flags;
  });
  const built = join(makeFolder(), 'built-worker.cjs');
  writeFileSync(
    built,
    `process.on('disconnect', () => process.exit());
    process.on('message', ({ id }) => id && process.send({ id, result: process.execArgv }));`,
  );
  const empty = 'data:text/javascript,';
  process.execArgv = [
    '--import',
    empty,
    `--import=${empty}`,
    '--no-warnings',
    '--require',
    'node:fs',
    '-r',
    'node:fs',
  ];
  const results: unknown[] = [];
  await runOnWorkers<unknown, unknown>(['task'], {
    script: pathToFileURL(built),
    setup: () => undefined,
    jobs: 1,
    isFull: ({ length }) => length === 1,
    nodeFlags: [],
    onResult: (_, result) => results.push(result),
    onCrash: (_, reason) => results.push(reason),
  });
  expect(results).toEqual([['--no-warnings']]);
});
