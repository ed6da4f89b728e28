import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { pushArchives } from '../push/push-archives.ts';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { lineage } from '../testing/fixture-lineage.ts';
import { upgradeArchives } from '../upgrade/upgrade-archives.ts';
import { assertApart } from './assert-apart.ts';

const refused = { code: 'USAGE', message: expect.stringContaining('among the archives') };

it('refuses backups and pushes that the next walk would take for archives, and changes nothing', async () => {
  const dir = makeFolder();
  writeArchive(join(dir, 'a.db'), 1);
  const before = fingerprint(dir);
  for (const place of [dir, join(dir, 'originals'), `${dir}/x/../deep/originals`]) {
    await expect(upgradeArchives(dir, { lineage, backupDir: place })).rejects.toMatchObject(refused);
    await expect(pushArchives(dir, { into: place })).rejects.toMatchObject(refused);
  }
  expect(fingerprint(dir)).toEqual(before);
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  bucket.put('bucket/archives/a.db', readFileSync(join(dir, 'a.db')));
  for (const place of ['s3://bucket/archives', 's3://bucket/archives/originals/'] as const) {
    const upgrading = upgradeArchives('s3://bucket/archives/', { lineage, backupDir: place });
    await expect(upgrading).rejects.toMatchObject(refused);
  }
  await expect(
    upgradeArchives('s3://bucket', { lineage, backupDir: 's3://bucket/originals' }),
  ).rejects.toMatchObject(refused);
  expect([...bucket.objects.keys()]).toEqual(['bucket/archives/a.db']);
});

it('lets be what is beside, of the same beginning, or not searched', () => {
  const dir = makeFolder();
  mkdirSync(join(dir, 'archives'));
  const archives = join(dir, 'archives');
  expect(existsSync(archives)).toBe(true);
  for (const [where, place] of [
    [archives, join(dir, 'originals')],
    [archives, `${archives}-originals`],
    [archives, dir],
    [join(archives, '*.db'), join(archives, 'originals')],
    [join(archives, 'a.db'), archives],
    [archives, 's3://bucket/archives'],
    ['s3://bucket/archives', 's3://bucket/archives-originals'],
    ['s3://bucket/archives', 's3://other/archives'],
    ['s3://bucket/archives/*.db', 's3://bucket/archives/originals'],
  ] as const)
    expect(() => assertApart(where, place, 'it')).not.toThrow();
});
