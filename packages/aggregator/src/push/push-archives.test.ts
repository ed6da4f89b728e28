import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { type PushedArchive, pushArchives } from './push-archives.ts';

async function startBucket() {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  return bucket;
}

it('puts archives into a bucket under their own paths, and lets each go when the bucket has it', async () => {
  const bucket = await startBucket();
  const dir = makeFolder();
  const [a, b] = ['a.db', 'deep/b.db'].map((name) => writeArchive(join(dir, name), 1));
  const bytes = readFileSync(b as string);
  writeFileSync(join(dir, 'notes.txt'), 'stays');
  const files: PushedArchive[] = [];
  const report = await pushArchives(dir, { into: 's3://bucket/fleet', onFile: (file) => files.push(file) });
  expect(report).toMatchObject({ pushed: 2, current: 0, failed: [], isStopped: false });
  expect(files.map(({ archive }) => archive)).toEqual([
    's3://bucket/fleet/a.db',
    's3://bucket/fleet/deep/b.db',
  ]);
  expect(bucket.objects.get('bucket/fleet/deep/b.db')?.bytes).toEqual(bytes);
  expect([existsSync(a as string), existsSync(b as string)]).toEqual([false, false]);
  expect(readdirSync(dir)).toEqual(['deep', 'notes.txt']);
});

it('goes on where a push was killed between the bucket and the file', async () => {
  await startBucket();
  const dir = makeFolder();
  writeArchive(join(dir, 'a.db'), 1);
  await pushArchives(dir, { into: 's3://bucket', keep: true });
  expect(await pushArchives(dir, { into: 's3://bucket' })).toMatchObject({
    pushed: 0,
    current: 1,
    failed: [],
  });
  expect(readdirSync(dir)).toEqual([]);
});

it('names what it cannot put, leaves that where it is, and puts the rest', async () => {
  const bucket = await startBucket();
  const dir = makeFolder();
  const [a, b, c] = ['a.db', 'b.db', 'c.db'].map((name) => writeArchive(join(dir, name), 1));
  bucket.put('bucket/a.db', Buffer.from('somebody else'));
  writeFileSync(`${b}-wal`, 'x');
  const { pushed, failed } = await pushArchives(dir, { into: 's3://bucket' });
  expect(pushed).toBe(1);
  expect(failed.map(({ code, path }) => [code, path])).toEqual([
    ['ARCHIVE_EXISTS', a],
    ['SESSION_LIVE', b],
  ]);
  expect([a, b, c].map((path) => existsSync(path as string))).toEqual([true, true, false]);
});

it('divides a folder among machines, and stops when more fail than may', async () => {
  const bucket = await startBucket();
  const dir = makeFolder();
  for (let at = 0; at < 20; at++) writeArchive(join(dir, `${at}.db`), 1);
  for (const index of [1, 2, 3])
    await pushArchives(dir, { into: 's3://bucket', shard: { index, count: 3 }, keep: true });
  expect(bucket.objects.size).toBe(20);
  expect(bucket.requests).toHaveLength(20);
  bucket.fault = () => ({ status: 403, code: 'AccessDenied' });
  const report = await pushArchives(dir, { into: 's3://bucket/other', maxFailures: 0, sample: 0.5 });
  expect(report).toMatchObject({ pushed: 0, isStopped: true });
});
