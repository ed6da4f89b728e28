import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { lineage } from '@acme/agent-state';
import { census } from '@varve/aggregator';
import { Queue } from 'bullmq';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { hasPostgres, startPostgres } from '../../../packages/aggregator/src/testing/start-postgres.ts';
import { makeFleet } from './testing/make-fleet.ts';
import { type RunningWorker, runProgram, runWorker } from './testing/run-worker.ts';
import { hasRedis, startRedis } from './testing/start-redis.ts';

type Env = Readonly<Record<string, string>>;

/** Kills a worker while it is at the large archive; another does the rest. Returns what both said of what they ended. */
async function workWithOneKilled(program: string, env: Env, large: string): Promise<string[]> {
  const first = start(program, env);
  await first.waitFor(({ state, archive }) => state === 'begun' && archive === large);
  await first.end('SIGKILL');
  expect(first.said.at(-1)).toEqual({ state: 'begun', archive: large });
  const second = start(program, env);
  const ended = () => [...first.said, ...second.said].filter(({ state }) => state !== 'begun');
  await second.waitFor(() => ended().length === eachOnce.length);
  await second.end('SIGTERM');
  return ended().map(({ state, archive }) => `${basename(archive)} ${state === 'failed' ? state : 'done'}`);
}

function start(program: string, env: Env): RunningWorker {
  const worker = runWorker(program, env);
  onTestFinished(() => worker.end('SIGKILL'));
  return worker;
}

const eachOnce = [
  ...Array.from({ length: 10 }, (_, at) => `${at}.db done`),
  '5-large.db done',
  '7-broken.db failed',
].sort();

it.skipIf(!hasRedis)('upgrades every archive once by BullMQ, also where a worker is killed', async () => {
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url, LOCK_MS: '1000', CONCURRENCY: '1' };
  const { archives, originals, large } = makeFleet();
  const enqueue = () => runProgram('bullmq/enqueue.ts', ['upgrade', archives, originals], env);
  expect(await enqueue()).toBe('12 tasks\n');
  const done = await workWithOneKilled('bullmq/work.ts', env, large);
  expect(done.sort()).toEqual(eachOnce);
  await enqueue();
  const queue = new Queue('archives', { connection: { url: redis.url } });
  expect(await queue.getJobCounts()).toMatchObject({ completed: 11, failed: 1, waiting: 0, active: 0 });
  await queue.close();
  expect(census(archives, { lineage }).states).toEqual({ current: 11, behind: 1 });
  expect(globSync('*.db', { cwd: originals })).toHaveLength(9);
});

it.skipIf(!hasPostgres)('loads every archive once by pg-boss, also where a worker is killed', async () => {
  await using postgres = await startPostgres();
  const url = await postgres.createDatabase('fleet');
  const env = { DATABASE_URL: url, EXPIRE_SECONDS: '6', POLLING_SECONDS: '0.5', CONCURRENCY: '1' };
  const { archives, large } = makeFleet();
  const enqueue = () => runProgram('pg-boss/enqueue.ts', ['load', archives, url], env);
  expect(await enqueue()).toBe('12 tasks\n');
  const done = await workWithOneKilled('pg-boss/work.ts', env, large);
  expect(done.sort()).toEqual(eachOnce);
  await enqueue();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const ask = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows;
  const jobs = await ask('SELECT name, state, count(*)::int FROM pgboss.job GROUP BY 1, 2 ORDER BY 1, 2');
  const archived = await ask('SELECT state, count(*)::int FROM _archives GROUP BY 1 ORDER BY 1');
  await client.end();
  expect(jobs).toEqual([
    ['archives', 'completed', 11],
    ['archives', 'failed', 1],
    ['archives-failed', 'created', 1],
  ]);
  expect(archived).toEqual([
    ['failed', 1],
    ['unified', 11],
  ]);
});
