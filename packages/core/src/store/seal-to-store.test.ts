import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { decisions } from '@varve/schema';
import { expect, it, onTestFinished } from 'vitest';
import { createSession, openArchive } from '../index.ts';
import { fetchObject } from '../internal.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { useBucket } from '../testing/use-bucket.ts';
import { ObjectCache, openStore, placeKey } from './index.ts';

async function start() {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const dir = makeTempDir();
  const session = createSession(join(dir, 'live'), { lineage, session: { agentName: 'auditor' } });
  session.record(decisions, { summary: 'kept' });
  return { bucket, dir, session };
}

it('seals a session into a bucket, from where it is read as any archive is', async () => {
  const { bucket, dir, session } = await start();
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  const address = await session.seal('s3://bucket/archives');
  expect(address).toBe(`s3://bucket/archives/${day}/${basename(session.path)}`);
  expect(readdirSync(join(dir, 'live'), { recursive: true })).toEqual(['outbox']);
  const cache = { dir: join(dir, 'cache') };
  using archive = openArchive(await fetchObject(address, cache), { lineage });
  expect(archive.db.select().from(decisions).all()).toMatchObject([{ summary: 'kept' }]);
  bucket.requests.length = 0;
  await fetchObject(address, cache);
  expect(bucket.requests).toHaveLength(1);
});

it('keeps the archive where the bucket did not take it, and the next push takes it', async () => {
  const { bucket, dir, session } = await start();
  bucket.fault = () => ({ status: 403, code: 'AccessDenied' });
  expect((await rejectionOf(session.seal('s3://bucket/archives', { layout: 'hash' }))).code).toBe(
    'STORE_DENIED',
  );
  expect(session.isOpen).toBe(false);
  const left = join(dir, 'live', 'outbox', basename(session.path));
  using archive = openArchive(left, { lineage });
  expect(archive.db.select().from(decisions).all()).toHaveLength(1);
});

it('puts an archive over no other object', async () => {
  const { bucket, session } = await start();
  const key = placeKey(session.path, 'hash', 0);
  bucket.put(`bucket/${key}`, Buffer.from('somebody else'));
  expect((await rejectionOf(session.seal('s3://bucket', { layout: 'hash' }))).code).toBe('ARCHIVE_EXISTS');
  expect(bucket.objects.get(`bucket/${key}`)?.bytes.toString()).toBe('somebody else');
});

it.each([
  ['date', '2024/01/02/018cc7e6-1234-7abc-8def-0123456789ab.db'],
  ['flat', '018cc7e6-1234-7abc-8def-0123456789ab.db'],
  ['hash', '89/98/018cc7e6-1234-7abc-8def-0123456789ab.db'],
] as const)('places a name by %s, the same wherever it comes from', (layout, key) => {
  expect(placeKey('/some/018cc7e6-1234-7abc-8def-0123456789ab.db', layout, Date.now())).toBe(key);
  expect(placeKey('report.db', 'date', Date.UTC(2025, 4, 6))).toBe('2025/05/06/report.db');
});

it('holds no more in its cache than it may, and lets go of what was used longest ago', async () => {
  const { bucket, dir } = await start();
  for (const name of ['a', 'b', 'c']) bucket.put(`bucket/${name}.db`, Buffer.alloc(1000, name));
  const cache = new ObjectCache({ dir: join(dir, 'cache'), sizeBytes: 2000 });
  const store = openStore('s3://bucket');
  const fetch = (key: string) => cache.fetch(store, key, bucket.objects.get(`bucket/${key}`)?.etag ?? '');
  const [a, b] = [await fetch('a.db'), await fetch('b.db')];
  const before = Date.now();
  await fetch('a.db');
  expect(Date.now()).toBeGreaterThanOrEqual(before);
  writeFileSync(join(dir, 'other'), '');
  const c = await fetch('c.db');
  expect([a, b, c].map((path) => existsSync(path))).toEqual([true, false, true]);
});
