import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import { expect, it, onTestFinished } from 'vitest';
import type { ServedBucket } from '../../../core/src/testing/serve-bucket.ts';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { census } from '../census/census.ts';
import { findArchives } from '../find/find-archives.ts';
import { queryArchives } from '../query/query-archives.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows } from '../testing/unified-rows.ts';
import { openUnified } from '../unified/open-unified.ts';
import { restoreArchives } from './restore-archives.ts';
import { upgradeArchives } from './upgrade-archives.ts';

const where = 's3://bucket/fleet';

/** Archives of every version, some in folders, among what is none. */
async function fillBucket(): Promise<{ bucket: ServedBucket; paths: string[] }> {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const dir = makeFolder();
  const names = Array.from({ length: head }, (_, at) => `${at % 2 ? 'odd/' : ''}${at + 1}.db`);
  for (const [at, name] of names.entries()) {
    bucket.put(`bucket/fleet/${name}`, readFileSync(writeArchive(join(dir, name), at + 1, `session ${at}`)));
  }
  bucket.put('bucket/fleet/no-ending', readFileSync(join(dir, '1.db')));
  bucket.put('bucket/fleet/README.md', Buffer.from('text'));
  bucket.put('bucket/other/9.db', readFileSync(join(dir, '1.db')));
  return { bucket, paths: [...names, 'no-ending'].map((name) => `${where}/${name}`).sort() };
}

it('finds and counts archives in a bucket by ranges of bytes, and fetches none whose header tells its version', async () => {
  const { bucket, paths } = await fillBucket();
  bucket.put('bucket/fleet/broken.db', Buffer.from('SQLite format 3\0 and no more'));
  const found = await findArchives(where);
  expect(found.archives.map(({ path }) => path)).toEqual(paths);
  expect(found.problems.map(({ code, path }) => [code, path])).toEqual([
    ['FILE_CORRUPT', `${where}/broken.db`],
  ]);
  const counted = await census(where, { lineage });
  expect(counted.versions.map(({ version, count }) => [version, count])).toEqual([
    [1, 2],
    ...Array.from({ length: head - 1 }, (_, at) => [at + 2, 1]),
  ]);
  expect(counted.problems.map(({ code }) => code)).toEqual(['FILE_CORRUPT']);
});

it('names what cannot be found in a bucket, and a bucket that cannot be listed', async () => {
  const { bucket } = await fillBucket();
  expect((await census('s3://bucket/nowhere', { lineage })).problems).toMatchObject([
    { code: 'FILE_NOT_FOUND', path: 's3://bucket/nowhere' },
  ]);
  expect((await census(`${where}/1.db`, { lineage })).total).toBe(1);
  bucket.fault = () => ({ status: 403, code: 'AccessDenied' });
  expect((await census(where, { lineage })).problems).toMatchObject([{ code: 'STORE_DENIED', path: where }]);
});

it('unifies a bucket as it unifies a folder, and reads again only what changed', async () => {
  const { bucket, paths } = await fillBucket();
  const file = join(makeFolder(), 'view.db');
  using unified = await openUnified(file, { lineage, archives: where });
  expect(unified.report).toMatchObject({ added: head + 1, problems: [] });
  const rows = readUnifiedRows(unified.sqlite, lineage).tool_calls as unknown[][];
  expect(rows).toHaveLength(3 * head);
  expect([...new Set(rows.map(([path]) => path))].every((path) => paths.includes(String(path)))).toBe(true);
  bucket.requests.length = 0;
  expect(await unified.refresh()).toMatchObject({ added: 0, changed: 0, unchanged: head + 1 });
  expect(bucket.requests.filter((it) => it.endsWith('.db'))).toEqual([]);
  bucket.objects.delete('bucket/fleet/1.db');
  expect(await unified.refresh()).toMatchObject({ removed: 1 });
});

it('keeps what a view has of archives that are out of sight', async () => {
  const { bucket } = await fillBucket();
  const file = join(makeFolder(), 'view.db');
  using unified = await openUnified(file, { lineage, archives: where });
  bucket.fault = () => ({ status: 403, code: 'AccessDenied' });
  const report = await unified.refresh();
  expect(report).toMatchObject({ removed: 0, problems: [{ code: 'STORE_DENIED' }] });
  expect(readUnifiedRows(unified.sqlite, lineage).sessions).toHaveLength(head);
});

it('answers a query over a bucket and a folder, and names what cannot be fetched', async () => {
  const { bucket } = await fillBucket();
  const local = writeArchive(join(makeFolder(), 'local.db'), 1, 'local');
  bucket.fault = (said) =>
    said === 'GET bucket/fleet/3.db' ? { status: 403, code: 'AccessDenied' } : undefined;
  const answer = await queryArchives([where, local], 'SELECT count(*) FROM sessions', { lineage });
  expect(answer.rows).toEqual([[BigInt(head)]]);
  expect(answer.problems).toMatchObject([{ code: 'STORE_DENIED', path: `${where}/3.db` }]);
});

it('upgrades a bucket in place, with the originals under another prefix', async () => {
  const { bucket, paths } = await fillBucket();
  const before = new Map([...bucket.objects].map(([key, { bytes }]) => [key, bytes]));
  const files: string[] = [];
  const report = await upgradeArchives(where, {
    lineage,
    jobs: 1,
    backupDir: 's3://bucket/originals',
    onFile: ({ path, state }) => files.push(`${state} ${path}`),
  });
  expect(report).toMatchObject({ upgraded: head, current: 1, failed: [], left: 0 });
  expect(files.map((it) => it.split(' ')[1]).sort()).toEqual(paths);
  expect((await census(where, { lineage })).states).toEqual({ current: head + 1 });
  for (const [key, { bytes }] of bucket.objects) {
    if (key.startsWith('bucket/originals/'))
      expect(bytes).toEqual(before.get(key.replace('originals', 'fleet')));
  }
  expect([...bucket.objects.keys()].filter((key) => key.startsWith('bucket/originals/'))).toHaveLength(head);
  expect(bucket.objects.get('bucket/fleet/README.md')?.bytes.toString()).toBe('text');
  const restored = await restoreArchives('s3://bucket/originals', { into: where, lineage });
  expect(restored).toMatchObject({ current: 0, failed: [] });
  expect(restored.restored).toBe(head);
  for (const [key, bytes] of before) expect(bucket.objects.get(key)?.bytes).toEqual(bytes);
});

it('leaves an object alone that changed while its upgrade was made, and names it', async () => {
  const { bucket } = await fillBucket();
  const other = Buffer.from('somebody else');
  bucket.fault = (said) => {
    if (said === 'PUT bucket/fleet/1.db') bucket.put('bucket/fleet/1.db', other);
    return undefined;
  };
  const report = await upgradeArchives(where, { lineage, jobs: 1, acceptLoss: true });
  expect(report.failed).toMatchObject([{ code: 'STORE_CHANGED', path: `${where}/1.db` }]);
  expect(report.upgraded).toBe(head - 1);
  expect(bucket.objects.get('bucket/fleet/1.db')?.bytes).toEqual(other);
});

it('goes on where an upgrade of a bucket was cut off after the original was kept', async () => {
  const { bucket } = await fillBucket();
  const backupDir = 's3://bucket/originals';
  bucket.fault = (said) =>
    said.startsWith('PUT bucket/fleet') ? { status: 403, code: 'AccessDenied' } : undefined;
  const first = await upgradeArchives(where, { lineage, jobs: 1, backupDir });
  expect(first).toMatchObject({ upgraded: 0, current: 1 });
  expect(new Set(first.failed.map(({ code }) => code))).toEqual(new Set(['STORE_DENIED']));
  bucket.fault = undefined;
  expect(await upgradeArchives(where, { lineage, jobs: 1, backupDir })).toMatchObject({
    upgraded: head,
    failed: [],
  });
});

it('stops when more archives fail than may', async () => {
  const dir = makeFolder();
  for (let at = 1; at <= 30; at++) writeArchive(join(dir, `${at}.db`), 1);
  const losing = { name: 'losing', sql: 'DROP TABLE tags', createdAtMs: 1_800_000_000_000 };
  const { tables, migrations } = lineage;
  const report = await upgradeArchives(dir, {
    lineage: defineLineage({ name: 'fixture', tables, migrations: [...migrations, losing], functions: {} }),
    maxFailures: 2,
    jobs: 1,
  });
  expect(report.failed.length).toBeGreaterThan(2);
  expect(new Set(report.failed.map(({ code }) => code))).toEqual(new Set(['LOSS_NOT_ACCEPTED']));
  expect(report).toMatchObject({ upgraded: 0, left: 30 - report.failed.length });
  expect(report.left).toBeGreaterThan(0);
});

it('keeps the originals of local archives in a bucket before it upgrades them, and restores them from there', async () => {
  const { bucket } = await fillBucket();
  bucket.objects.clear();
  const dir = makeFolder();
  const paths = [1, 2, head].map((version) => writeArchive(join(dir, 'deep', `${version}.db`), version));
  const before = paths.map((path) => readFileSync(path));
  bucket.put('bucket/originals/deep/2.db', Buffer.from('somebody else'));
  const options = { lineage, jobs: 0, backupDir: 's3://bucket/originals' };
  const report = await upgradeArchives(dir, options);
  expect(report).toMatchObject({ upgraded: 1, failed: [{ code: 'ARCHIVE_EXISTS', path: paths[1] }] });
  expect(readFileSync(paths[1] as string).equals(before[1] as Buffer)).toBe(true);
  bucket.objects.delete('bucket/originals/deep/2.db');
  expect(await upgradeArchives(dir, options)).toMatchObject({ upgraded: 1, failed: [] });
  expect([...bucket.objects.keys()]).toEqual(['bucket/originals/deep/1.db', 'bucket/originals/deep/2.db']);
  expect((await census(dir, { lineage })).states).toEqual({ current: 3 });
  await restoreArchives('s3://bucket/originals', { into: dir, lineage });
  expect(paths.map((path, at) => readFileSync(path).equals(before[at] as Buffer))).toEqual([
    true,
    true,
    true,
  ]);
});

it('takes a glob of objects as it takes one of files', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const bytes = readFileSync(writeArchive(join(makeFolder(), 'a.db'), 1));
  const keys = ['2026/01/a.db', '2026/01/b.sqlite', '2026/02/c.db', '2026/02/deep/d.db', '2027/01/e+(1).db'];
  for (const key of keys) bucket.put(`bucket/fleet/${key}`, bytes);
  const found = async (pattern: string) => {
    const { archives, problems } = await findArchives(`s3://bucket/fleet/${pattern}`);
    expect(problems.map(({ code }) => code)).toEqual(archives.length > 0 ? [] : ['FILE_NOT_FOUND']);
    return archives.map(({ path }) => path.slice('s3://bucket/fleet/'.length));
  };
  expect(await found('2026/*/*.db')).toEqual(['2026/01/a.db', '2026/02/c.db']);
  expect(await found('2026/0?')).toEqual(keys.slice(0, 4));
  expect(await found('**/*.db')).toEqual(keys.filter((key) => key.endsWith('.db')));
  expect(await found('{2027,2028}/01/e+(*).db')).toEqual(['2027/01/e+(1).db']);
  expect(await found('2029/*')).toEqual([]);
});
