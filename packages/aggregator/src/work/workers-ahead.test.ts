import { beforeEach, expect, it } from 'vitest';
import { runOnWorkers } from './worker-pool.ts';
import { WorkersAhead } from './workers-ahead.ts';

const kind = { script: new URL('../testing/crashing-worker.ts', import.meta.url), setup: () => undefined };
const isFull = ({ length }: readonly unknown[]) => length === 2;

const processes = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
const none = processes();
/** Those of the test before are at their end. */
const expectNone = () => expect.poll(processes, { timeout: 10_000 }).toBe(none);
beforeEach(expectNone);

it('starts a worker more for what those before have no hand for, and no more than there are jobs', async () => {
  await using ahead = new WorkersAhead<number>(kind, { jobs: 3, isFull });
  const started = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((task) => {
    ahead.expect(task);
    return processes() - none;
  });
  expect(started).toEqual([1, 1, 2, 2, 3, 3, 3, 3, 3]);
});

it('gives a pool the workers that it started, and ends those that get no task', async () => {
  const results: unknown[] = [];
  const taken: unknown[] = [];
  {
    await using ahead = new WorkersAhead<unknown>(kind, { jobs: 2, isFull });
    for (const task of [1, 2, 3]) ahead.expect(task);
    await runOnWorkers<unknown, unknown>([1, 2], {
      ...kind,
      ahead: {
        take: () => {
          const worker = ahead.take();
          taken.push(worker);
          return worker;
        },
      },
      jobs: 2,
      isFull,
      onResult: (_, result) => results.push(result),
      onCrash: (_, reason) => results.push(reason),
    });
    expect([results, taken.map((worker) => worker !== undefined)]).toEqual([[2, 4], [true]]);
  }
  await expectNone();
});

it('has the tasks of a worker that died before it got one done by another', async () => {
  await using ahead = new WorkersAhead<unknown>(kind, { jobs: 1, isFull });
  ahead.expect(1);
  const dead = ahead.take();
  dead?.kill();
  await dead?.ended;
  const given = [dead];
  const results: unknown[] = [];
  await runOnWorkers<unknown, unknown>([1, 2], {
    ...kind,
    ahead: { take: () => given.shift() },
    jobs: 1,
    isFull,
    onResult: (_, result) => results.push(result),
    onCrash: (_, reason) => results.push(reason),
  });
  expect(results).toEqual([2, 4]);
});

it('starts none once aborted', () => {
  const ahead = new WorkersAhead<number>(kind, { jobs: 1, isFull, signal: AbortSignal.abort() });
  ahead.expect(1);
  expect(processes()).toBe(none);
});
