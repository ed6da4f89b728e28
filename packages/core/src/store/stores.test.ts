import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { rejectionOf } from '../testing/error-of.ts';
import type { BucketFault, ServedBucket } from '../testing/serve-bucket.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { useBucket } from '../testing/use-bucket.ts';
import { clientMissing, openStore, type Store, splitObjectUrl } from './index.ts';
import { S3Store } from './s3-store.ts';

async function startBucket(): Promise<ServedBucket> {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  return bucket;
}

const stores = {
  'a folder': () => openStore(join(makeTempDir(), 'store')),
  'a bucket': async () => {
    await startBucket();
    return openStore('s3://bucket/some/prefix/');
  },
};

function makeFile(text: string): string {
  const path = join(makeTempDir(), 'file');
  writeFileSync(path, text);
  return path;
}

async function listAll(store: Store): Promise<string[]> {
  const keys: string[] = [];
  for (let after: string | undefined; ; after = keys.at(-1)) {
    const page = await store.list({ after, limit: 2 });
    keys.push(...page.entries.map(({ key }) => key));
    if (page.isLast) return keys;
  }
}

for (const [name, openIt] of Object.entries(stores)) {
  it(`${name} gives back what was put, whole and by range`, async () => {
    const store = await openIt();
    const { etag } = await store.put('a/b.db', makeFile('0123456789'), 'absent');
    const into = join(makeTempDir(), 'copy');
    expect(await store.read('a/b.db', into)).toMatchObject({ key: 'a/b.db', sizeBytes: 10, etag });
    expect(readFileSync(into, 'utf8')).toBe('0123456789');
    const { bytes, entry } = await store.readRange('a/b.db', 2, 3);
    expect(Buffer.from(bytes).toString()).toBe('234');
    expect(entry).toMatchObject({ key: 'a/b.db', sizeBytes: 10, etag });
    expect(Buffer.from((await store.readRange('a/b.db', 8, 100)).bytes).toString()).toBe('89');
  });

  it(`${name} lists in the order of keys, page by page from any key on`, async () => {
    const store = await openIt();
    const keys = ['a.db', 'a/2.db', 'a/10.db', 'a/x/1.db', 'a0.db', 'b & <c>.db', 'ü.db'];
    for (const key of keys) await store.put(key, makeFile(key), 'any');
    expect(await listAll(store)).toEqual([...keys].sort());
    const { entries, isLast } = await store.list({ after: 'a/2' });
    expect(entries.map(({ key }) => key)).toEqual(['a/2.db', 'a/x/1.db', 'a0.db', 'b & <c>.db', 'ü.db']);
    expect(isLast).toBe(true);
  });

  it(`${name} writes only where the condition holds`, async () => {
    const store = await openIt();
    const first = await store.put('x.db', makeFile('first'), 'absent');
    expect((await rejectionOf(store.put('x.db', makeFile('other'), 'absent'))).code).toBe('STORE_CHANGED');
    const second = await store.put('x.db', makeFile('second'), { etag: first.etag });
    expect((await rejectionOf(store.put('x.db', makeFile('third'), { etag: first.etag }))).code).toBe(
      'STORE_CHANGED',
    );
    const { bytes, entry } = await store.readRange('x.db', 0, 100);
    expect([Buffer.from(bytes).toString(), entry.etag]).toEqual(['second', second.etag]);
  });

  it(`${name} has no object any more that was removed`, async () => {
    const store = await openIt();
    await store.put('x.db', makeFile('x'), 'absent');
    await store.remove('x.db');
    await store.remove('x.db');
    expect((await rejectionOf(store.readRange('x.db', 0, 1))).code).toBe('FILE_NOT_FOUND');
    expect((await rejectionOf(store.read('x.db', join(makeTempDir(), 'copy')))).code).toBe('FILE_NOT_FOUND');
  });
}

const faults: readonly [string, BucketFault, string][] = [
  ['credentials that have expired', { status: 400, code: 'ExpiredToken' }, 'STORE_DENIED'],
  ['a key that may not be read', { status: 403, code: 'AccessDenied' }, 'STORE_DENIED'],
  ['a bucket that is not there', { status: 404, code: 'NoSuchBucket' }, 'STORE_NOT_FOUND'],
  ['a request that it does not know', { status: 400, code: 'InvalidRequest' }, 'STORE_REFUSED'],
  ['more requests than it takes', { status: 503, code: 'SlowDown' }, 'STORE_BUSY'],
  ['a connection that breaks', 'lost', 'STORE_UNREACHABLE'],
  ['an object that breaks off', 'torn', 'STORE_TORN'],
];

it.each(faults)('a bucket says %s by a code', async (_, fault, code) => {
  const bucket = await startBucket();
  bucket.put('bucket/x.db', Buffer.alloc(100_000, 'x'));
  bucket.fault = () => fault;
  process.env.AWS_MAX_ATTEMPTS = '2';
  onTestFinished(() => void delete process.env.AWS_MAX_ATTEMPTS);
  const into = join(makeTempDir(), 'copy');
  const error = await rejectionOf(openStore('s3://bucket').read('x.db', into));
  expect(error).toMatchObject({ code, path: 's3://bucket/x.db' });
  expect(existsSync(into)).toBe(false);
});

it('a bucket has keys of any kind', async () => {
  await startBucket();
  const store = openStore('s3://bucket/fleet');
  const odd = [
    '/leading.db',
    'double//slash.db',
    './dot.db',
    'a/../b.db',
    'per%20cent%.db',
    '+&=?#.db',
    'tab\t.db',
  ];
  const keys = [...odd, '😀 日本/語.db', `back\\slash'"<x>.db`, `${'k'.repeat(1010)}.db`];
  for (const key of keys) await store.put(key, makeFile(key), 'absent');
  expect((await store.list()).entries.map(({ key }) => key).sort()).toEqual(keys.toSorted());
  for (const key of keys) {
    const { root, key: whole } = splitObjectUrl(`${store.url}/${key}`);
    const { bytes } = await openStore(root).readRange(whole, 0, 2000);
    expect(Buffer.from(bytes).toString()).toBe(key);
    await store.remove(key);
  }
  expect((await store.list()).entries).toEqual([]);
});

it('a bucket that is busy, or gone, for a moment is asked again', async () => {
  const bucket = await startBucket();
  bucket.put('bucket/x.db', Buffer.from('x'));
  bucket.fault = (_, nth) => [undefined, { status: 503, code: 'SlowDown' } as const, 'lost' as const][nth];
  const { bytes } = await openStore('s3://bucket').readRange('x.db', 0, 10);
  expect(Buffer.from(bytes).toString()).toBe('x');
  expect(bucket.requests).toHaveLength(3);
});

it('a bucket that hangs up on all connections at once is asked again by each', async () => {
  const bucket = await startBucket();
  const keys = Array.from({ length: 200 }, (_, at) => `${at}.db`);
  for (const key of keys) bucket.put(`bucket/${key}`, Buffer.from(key));
  const met = new Set<string>();
  bucket.fault = (request) => {
    const isFirst = !met.has(request);
    met.add(request);
    return isFirst ? 'lost' : undefined;
  };
  const store = openStore('s3://bucket');
  const read = await Promise.all(keys.map((key) => store.readRange(key, 0, 10)));
  expect(read.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(keys);
});

it('a write that was done and not answered is no change by another', async () => {
  const bucket = await startBucket();
  const store = openStore('s3://bucket');
  const { etag } = await store.put('x.db', makeFile('first'), 'absent');
  const puts = () => bucket.requests.filter((request) => request.startsWith('PUT')).length;
  bucket.fault = (request) => (request.startsWith('PUT') && puts() === 2 ? 'unanswered' : undefined);
  const second = await store.put('x.db', makeFile('second'), { etag });
  expect(puts()).toBe(3);
  expect((await store.list()).entries).toMatchObject([{ key: 'x.db', sizeBytes: 6, etag: second.etag }]);
  bucket.fault = (request) => (request.startsWith('PUT') && puts() === 4 ? 'lost' : undefined);
  expect((await rejectionOf(store.put('x.db', makeFile('third'), { etag }))).code).toBe('STORE_CHANGED');
});

it('an object that breaks off once is asked for again, whole', async () => {
  const bucket = await startBucket();
  bucket.put('bucket/x.db', Buffer.alloc(100_000, 'x'));
  bucket.fault = (_, nth) => (nth % 2 === 1 ? 'torn' : undefined);
  const into = join(makeTempDir(), 'copy');
  expect((await openStore('s3://bucket').read('x.db', into)).sizeBytes).toBe(100_000);
  expect(readFileSync(into)).toHaveLength(100_000);
  expect((await openStore('s3://bucket').readRange('x.db', 10, 50_000)).bytes).toHaveLength(50_000);
});

it('a bucket is told what an archive is', async () => {
  const bucket = await startBucket();
  await openStore('s3://bucket').put('x.db', makeFile('x'), 'absent');
  expect(bucket.objects.get('bucket/x.db')?.contentType).toBe('application/vnd.sqlite3');
  expect(bucket.requests).toEqual(['PUT bucket/x.db']);
});

it('a folder that cannot be listed is named', async () => {
  const dir = makeTempDir();
  mkdirSync(join(dir, 'there'));
  expect(await rejectionOf(openStore(join(dir, 'gone')).list())).toMatchObject({
    code: 'FILE_NOT_FOUND',
    path: join(dir, 'gone'),
  });
});

it('says which package is to be installed', () => {
  expect(clientMissing('some-client', 'a bucket', undefined)).toMatchObject({
    code: 'CLIENT_MISSING',
    hint: 'install it beside varve: npm install some-client',
  });
});

it('puts a file that is too large for one request in parts, under its condition, and leaves no parts behind', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const store = new S3Store('s3://bucket/fleet', { mostBytesAtOnce: 1000, partBytes: 400 });
  const path = join(makeTempDir(), 'large.db');
  const bytes = Buffer.from(Array.from({ length: 1601 }, (_, at) => at % 251));
  writeFileSync(path, bytes);
  const { etag } = await store.put('large.db', path, 'absent');
  expect(bucket.objects.get('bucket/fleet/large.db')?.bytes.equals(bytes)).toBe(true);
  expect(bucket.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(5);
  expect(await rejectionOf(store.put('large.db', path, 'absent'))).toMatchObject({ code: 'STORE_CHANGED' });
  await store.put('large.db', path, { etag });
  bucket.fault = (_, nth) => (nth % 4 === 0 ? { status: 503, code: 'SlowDown' } : undefined);
  await store.put('other.db', path, 'any');
  bucket.fault = (request) => (request.startsWith('PUT') ? { status: 403, code: 'AccessDenied' } : undefined);
  expect(await rejectionOf(store.put('third.db', path, 'any'))).toMatchObject({ code: 'STORE_DENIED' });
  expect([...bucket.objects.keys()]).toEqual(['bucket/fleet/large.db', 'bucket/fleet/other.db']);
});
