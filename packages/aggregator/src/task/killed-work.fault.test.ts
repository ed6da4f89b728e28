import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { census } from '../census/index.ts';
import { exportArchives } from '../export/index.ts';
import { writeManifest } from '../manifest/index.ts';
import { pushArchives } from '../push/index.ts';
import { makeFolder, uuidOf, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { hasClickHouse, startClickHouse } from '../testing/start-clickhouse.ts';
import { hasPostgres, startPostgres } from '../testing/start-postgres.ts';
import { openClickHouse } from '../warehouse/clickhouse.ts';
import { loadArchives } from '../warehouse/index.ts';

const program = join(import.meta.dirname, '../testing/killed-program.ts');
const isDeep = process.env.VARVE_DEEP === '1';

/** Runs work in a process of its own. Returns how many things it sent; undefined where it was killed. */
async function run(kind: string, where: string, into: string, killAt = 0): Promise<number | undefined> {
  const child = fork(program, [kind, where, into, String(killAt)], {
    execArgv: ['--conditions=@varve/source'],
  });
  let sent: number | undefined;
  child.on('message', (message) => {
    sent = Number(message);
  });
  const [code, signal] = await once(child, 'exit');
  expect([code, signal]).toEqual(sent === undefined ? [null, 'SIGKILL'] : [0, null]);
  return sent;
}

/** Kills it at moments all over the work, each time over what the time before has left; in the deep form, at every one. */
async function killAllOver(
  kind: string,
  where: string,
  into: string,
  sent: number,
  shares: readonly number[],
  check: () => Promise<void>,
) {
  const moments = isDeep
    ? Array.from({ length: sent }, (_, at) => at + 1)
    : shares.map((share) => Math.ceil(sent * share));
  let killed = 0;
  for (const moment of moments) {
    if ((await run(kind, where, into, moment)) === undefined) killed += 1;
    await check();
  }
  expect(killed).toBeGreaterThan(0);
}

function writeFleet(): string {
  const dir = makeFolder();
  for (let at = 0; at < 8; at++) writeArchive(join(dir, `${at}.db`), 1 + (at % head), uuidOf(at));
  return dir;
}

const wholeSql = `SELECT a.path, a.rows, count(*) FROM _archives a JOIN tool_calls c ON c._archive = a.id GROUP BY a.path, a.rows`;

it.skipIf(!hasPostgres)(
  'leaves archives whole in Postgres wherever a load is killed, and goes on',
  async () => {
    await using postgres = await startPostgres();
    const dir = writeFleet();
    const sent = await run('load', dir, await postgres.createDatabase('first'));
    const url = await postgres.createDatabase('second');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end().catch(() => {}));
    const ask = async (text: string) => (await client.query({ text, rowMode: 'array' })).rows;
    await killAllOver('load', dir, url, sent as number, [0.2, 0.7], async () => {
      const [made] = await ask(`SELECT to_regclass('tool_calls') IS NOT NULL`);
      if (!made?.[0]) return;
      for (const [path, , calls] of await ask(wholeSql)) expect([path, Number(calls)]).toEqual([path, 3]);
      const strays = 'SELECT count(*)::int FROM tool_calls WHERE _archive NOT IN (SELECT id FROM _archives)';
      expect(await ask(strays)).toEqual([[0]]);
    });
    const { loaded, current, failed } = await loadArchives(dir, url, { lineage });
    expect([loaded + current, failed]).toEqual([8, []]);
    expect(await ask('SELECT count(*)::int, count(DISTINCT (_archive, seq))::int FROM tool_calls')).toEqual([
      [24, 24],
    ]);
    await client.end();
  },
);

it.skipIf(!hasClickHouse)(
  'leaves archives whole in ClickHouse wherever a load is killed, and goes on',
  async () => {
    await using clickhouse = await startClickHouse();
    const dir = writeFleet();
    const url = clickhouse.url as `clickhouse://${string}`;
    await using engine = await openClickHouse(url);
    await engine.query('CREATE DATABASE killed').catch(() => {});
    const sent = await run('load', dir, url);
    const into = url.replace('default', 'killed') as `clickhouse://${string}`;
    await using warehouse = await openClickHouse(into);
    // Among the statements that make the tables, and among the rows.
    await killAllOver('load', dir, into, sent as number, [0.3, 0.8], async () => {
      if ((await warehouse.readFacts()) === undefined) return;
      for (const [path, , calls] of await warehouse.query(wholeSql))
        expect([path, Number(calls)]).toEqual([path, 3]);
    });
    const { loaded, current, failed } = await loadArchives(dir, into, { lineage });
    expect([loaded + current, failed]).toEqual([8, []]);
    const [[all, different] = []] = await warehouse.query(
      'SELECT count(), uniqExact(_archive, seq) FROM tool_calls',
    );
    expect([Number(all), Number(different)]).toEqual([24, 24]);
  },
);

it('loses no archive wherever a push is killed, and goes on', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const dir = writeFleet();
  const paths = Array.from({ length: 8 }, (_, at) => join(dir, `${at}.db`));
  const bytes = paths.map((path) => readFileSync(path));
  await killAllOver('push', dir, 's3://bucket/fleet', 12, [0.6], async () => {
    for (const [at, path] of paths.entries()) {
      const there = existsSync(path)
        ? readFileSync(path)
        : bucket.objects.get(`bucket/fleet/${at}.db`)?.bytes;
      expect(there?.equals(bytes[at] as Buffer)).toBe(true);
    }
  });
  expect(await pushArchives(dir, { into: 's3://bucket/fleet' })).toMatchObject({ failed: [] });
  expect([...bucket.objects.keys()].sort()).toEqual(paths.map((_, at) => `bucket/fleet/${at}.db`));
  expect(paths.filter((path) => existsSync(path))).toEqual([]);
});

it('makes the same files wherever an export was killed before', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const dir = writeFleet();
  const sent = await run('export', dir, 's3://bucket/whole');
  await killAllOver('export', dir, 's3://bucket/killed', sent as number, [0.6], async () => {});
  await exportArchives(dir, { lineage, into: 's3://bucket/killed', batchBytes: 100_000 });
  const files = (prefix: string) =>
    [...bucket.objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { etag }]) => [key.slice(prefix.length), etag])
      .sort();
  expect(files('bucket/whole/').length).toBeGreaterThan(3);
  expect(files('bucket/killed/')).toEqual(files('bucket/whole/'));
});

it('goes on listing a bucket where a manifest was killed', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  bucket.pageSize = 100;
  const bytes = readFileSync(writeArchive(join(makeFolder(), 'a.db'), 1, 'same'));
  for (let at = 0; at < 700; at++) bucket.put(`bucket/fleet/${1000 + at}.db`, bytes);
  const into = join(makeFolder(), 'manifest.db');
  expect(await run('manifest', 's3://bucket/fleet', into, 600)).toBe(undefined);
  bucket.requests.length = 0;
  const report = await writeManifest('s3://bucket/fleet', { lineage, into });
  expect(report.read + report.unchanged).toBeLessThan(600);
  expect(bucket.requests.filter((request) => request === 'GET bucket').length).toBeLessThan(7);
  expect((await census(into, { lineage })).total).toBe(700);
  bucket.objects.delete('bucket/fleet/1000.db');
  expect(await writeManifest('s3://bucket/fleet', { lineage, into })).toMatchObject({
    read: 0,
    unchanged: 699,
    removed: 1,
  });
});
