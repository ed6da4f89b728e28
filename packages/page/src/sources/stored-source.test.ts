import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeManifest } from '@varve/aggregator';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { ServedBucket } from '../../../core/src/testing/serve-bucket.ts';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import type { SessionDetail } from '../api/session-detail.ts';
import type { SessionPage } from '../api/session-list.ts';
import { CatalogKeeper } from '../catalog/index.ts';
import { Reader } from '../reader/index.ts';
import { servePage } from '../serve/serve-page.ts';
import { lineage, makeArchives } from '../testing/make-archives.ts';
import { serveTestPage } from '../testing/serve-test-page.ts';
import { StoredSource } from './stored-source.ts';

const { messages } = lineage.tables;
let bucket: ServedBucket;

beforeEach(async () => {
  bucket = await useBucket();
});
afterEach(() => bucket[Symbol.asyncDispose]());

/** Sessions of two agents in the bucket, and the cache of this test alone. */
function fillBucket() {
  const archives = makeArchives();
  const before = process.env.VARVE_CACHE_DIR;
  process.env.VARVE_CACHE_DIR = join(archives.dir, 'cache');
  onTestFinished(() => {
    if (before === undefined) delete process.env.VARVE_CACHE_DIR;
    else process.env.VARVE_CACHE_DIR = before;
  });
  const keys = ['support', 'clerk'].map((agentName) => {
    const path = archives.add({ agentName, title: `of ${agentName}` }, (session) => {
      session.record(messages, { role: 'user', parts: [{ type: 'text', content: `zebra ${agentName}` }] });
    });
    const key = `bucket/archives/${basename(path)}`;
    bucket.put(key, readFileSync(path));
    return key;
  });
  return { archives, keys };
}

const fetched = () => bucket.requests.filter((request) => /^GET bucket\/archives\/./.test(request));
const agents = ({ rows }: SessionPage) => rows.map(({ agentName }) => agentName).sort();

it('shows the sessions of a bucket, and searches and asks them as those of a folder', async () => {
  const { keys } = fillBucket();
  const page = await serveTestPage('s3://bucket/archives', { lineage });
  await expect.poll(async () => (await page.json<SessionPage>('/api/sessions')).total).toBe(2);
  await page.settle();
  const list = await page.json<SessionPage>('/api/sessions');
  expect(agents(list)).toEqual(['clerk', 'support']);
  expect(list.rows.map(({ path, version }) => [path, version])).toEqual(
    list.rows.map(({ path }) => [path, lineage.migrations.length]),
  );
  const key = list.rows.find(({ agentName }) => agentName === 'clerk')?.key;
  const detail = await page.json<SessionDetail>(`/api/session/${key}`);
  expect(detail).toMatchObject({ path: `s3://${keys[1]}`, session: { agent_name: 'clerk' } });
  expect(await page.json(`/api/session/${key}/messages`)).toHaveLength(1);
  await expect
    .poll(async () => (await page.json<SessionPage>('/api/sessions?q=zebra%20support')).rows)
    .toMatchObject([{ agentName: 'support', snippet: expect.anything() }]);
  const { text } = await page.ask(`/api/ask?sql=${encodeURIComponent('SELECT count(*) FROM sessions')}`);
  expect(text).toContain('"rows":[[2]]');
  expect(await page.json('/api/fleet')).toMatchObject({ total: 2, problemCount: 0 });
});

it('fetches what is looked at, once, however often that is', async () => {
  fillBucket();
  const page = await serveTestPage('s3://bucket/archives', { lineage });
  await expect.poll(async () => (await page.json<SessionPage>('/api/sessions?limit=1')).total).toBe(2);
  const [row] = (await page.json<SessionPage>('/api/sessions?limit=1')).rows;
  for (let at = 0; at < 3; at++) await page.json(`/api/session/${row?.key}`);
  expect(fetched()).toEqual([`GET ${row?.path.slice('s3://'.length)}`]);
});

it.each(['db', 'parquet'])(
  'knows by a manifest in .%s what it lists, before anything is fetched',
  async (ending) => {
    const { archives } = fillBucket();
    const into = join(archives.dir, `list.${ending}`);
    await writeManifest('s3://bucket/archives', { lineage, into });
    bucket.requests.length = 0;
    const source = new StoredSource([into], lineage);
    const keeper = new CatalogKeeper(source);
    onTestFinished(() => keeper.stop());
    await keeper.walk();
    const { rows } = keeper.catalog.list({ sort: 'agent' }, 0, 10);
    expect(rows).toMatchObject([
      {
        agentName: 'clerk',
        version: lineage.migrations.length,
        sessionId: expect.any(String),
        isRead: false,
      },
      { agentName: 'support', startedAtMs: expect.any(Number) },
    ]);
    expect(bucket.requests).toEqual([]);
  },
);

it('reads an object again that has changed, and forgets one that is gone, but not where the store fails', async () => {
  const { archives, keys } = fillBucket();
  const keeper = new CatalogKeeper(new StoredSource(['s3://bucket/archives'], lineage));
  onTestFinished(() => keeper.stop());
  const look = async () => {
    await keeper.walk();
    await keeper.readNow(keeper.catalog.files.map(({ key }) => key));
    const { rows } = keeper.catalog.list({ sort: 'agent' }, 0, 10);
    return rows.map(({ agentName, code }) => agentName ?? code).sort();
  };
  expect(await look()).toEqual(['clerk', 'support']);
  const other = archives.add({ agentName: 'another' });
  bucket.put(keys[1] as string, readFileSync(other));
  expect(await look()).toEqual(['another', 'support']);
  bucket.fault = () => ({ status: 403, code: 'ExpiredToken' });
  expect(await look()).toEqual(['another', 'support']);
  expect(keeper.problems).toMatchObject([{ code: 'STORE_DENIED' }]);
  bucket.fault = undefined;
  bucket.objects.delete(keys[0] as string);
  expect(await look()).toEqual(['another']);
});

it('tries what the store did not give once more, after its next listing', async () => {
  fillBucket();
  const keeper = new CatalogKeeper(new StoredSource(['s3://bucket/archives'], lineage));
  onTestFinished(() => keeper.stop());
  const readAll = () => keeper.readNow(keeper.catalog.files.map(({ key }) => key));
  const codes = () => keeper.catalog.list({ sort: 'agent' }, 0, 10).rows.map(({ code }) => code);
  await keeper.walk();
  bucket.fault = (request) =>
    request.includes('archives/') ? { status: 403, code: 'AccessDenied' } : undefined;
  await readAll();
  expect(codes()).toEqual(['STORE_DENIED', 'STORE_DENIED']);
  bucket.fault = undefined;
  await keeper.walk();
  expect(codes()).toEqual([null, null]);
  await readAll();
  expect(keeper.catalog.list({ sort: 'agent' }, 0, 10).rows.map(({ isRead }) => isRead)).toEqual([
    true,
    true,
  ]);
});

it('lists, searches and shows for whom no page is meant, a session by the name of its object too', async () => {
  const { keys } = fillBucket();
  const reader = new Reader(['s3://bucket/archives'], lineage);
  onTestFinished(() => reader.close());
  const id = basename(keys[1] as string, '.db');
  expect(await reader.show(id, 5000)).toMatchObject({ path: `s3://${keys[1]}` });
  const { rows } = await reader.list(10, 5000);
  expect(rows.map(({ agentName }) => agentName).sort()).toEqual(['clerk', 'support']);
  const { found } = await reader.search('zebra clerk', 10, 5000);
  expect(found).toMatchObject([{ session: { agentName: 'clerk' }, snippet: expect.anything() }]);
});

it('serves nothing where the bucket says no, or nothing is there', async () => {
  await expect(servePage('s3://bucket/none', { lineage })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  bucket.fault = () => ({ status: 403, code: 'AccessDenied' });
  await expect(servePage('s3://bucket/archives', { lineage })).rejects.toMatchObject({
    code: 'STORE_DENIED',
  });
});
