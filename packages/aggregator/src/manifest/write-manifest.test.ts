import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { census } from '../census/census.ts';
import { pushArchives } from '../push/push-archives.ts';
import { queryArchives } from '../query/query-archives.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { restoreArchives } from '../upgrade/restore-archives.ts';
import { upgradeArchives } from '../upgrade/upgrade-archives.ts';
import { writeManifest } from './write-manifest.ts';

function read(path: string, sql: string): unknown[][] {
  const sqlite = new Database(path, { readonly: true });
  try {
    return sqlite.prepare<[], unknown[]>(sql).raw().all();
  } finally {
    sqlite.close();
  }
}

it('lists archives with what is known of each, and reads again only what is new or changed', async () => {
  const [dir, into] = [makeFolder(), join(makeFolder(), 'm.db')];
  const [a, b] = ['a', 'b'].map((name, at) => writeArchive(join(dir, `${name}.db`), at + 1, name));
  writeFileSync(join(dir, 'notes.txt'), 'text');
  expect(await writeManifest(dir, { lineage, into })).toMatchObject({ read: 2, unchanged: 0, failed: [] });
  expect(
    read(into, 'SELECT path, session_id, version, rows, problem_code FROM archives ORDER BY path'),
  ).toEqual([
    [a, 'a', 1, 6, null],
    [b, 'b', 2, 6, null],
  ]);
  expect(await writeManifest(dir, { lineage, into })).toMatchObject({ read: 0, unchanged: 2, removed: 0 });
  rmSync(a as string);
  expect(await writeManifest(dir, { lineage, into })).toMatchObject({ read: 0, unchanged: 1, removed: 1 });
});

it('stands for a walk wherever archives are named, of a folder and of a bucket', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const dir = makeFolder();
  for (let version = 1; version <= head; version++) {
    const path = writeArchive(join(dir, `${version}.db`), version, `s${version}`);
    bucket.put(`bucket/${version}.db`, readFileSync(path));
  }
  for (const [where, name] of [
    [dir, 'local.db'],
    ['s3://bucket', 'remote.db'],
    [dir, 'local.parquet'],
    ['s3://bucket', 'remote.parquet'],
  ] as const) {
    const into = join(makeFolder(), name);
    await writeManifest(where, { lineage, into });
    expect((await census(into, { lineage })).total).toBe(head);
    const { rows } = await queryArchives(into, 'SELECT count(*) FROM sessions', { lineage });
    expect(rows).toEqual([[BigInt(head)]]);
    expect(await upgradeArchives(into, { lineage, jobs: 0, acceptLoss: true })).toMatchObject({
      failed: [],
      left: 0,
    });
    expect((await census(where, { lineage })).states).toEqual({ current: head });
  }
});

it.each(['m.db', 'm.parquet'])(
  'stands for a walk where archives are loaded back, pushed and listed: %s',
  async (name) => {
    const bucket = await useBucket();
    onTestFinished(() => bucket[Symbol.asyncDispose]());
    const [dir, work] = [makeFolder(), makeFolder()];
    const path = writeArchive(join(dir, 'deep', 'a b+c%.db'), 1, 'a');
    const into = join(work, name);
    await writeManifest(dir, { lineage, into });
    expect(await pushArchives(into, { into: 's3://bucket/originals', keep: true })).toMatchObject({
      pushed: 1,
      failed: [],
    });
    expect([...bucket.objects.keys()]).toEqual(['bucket/originals/deep/a b+c%.db']);
    const before = readFileSync(path);
    await upgradeArchives(dir, { lineage, jobs: 0, acceptLoss: true });
    expect(readFileSync(path).equals(before)).toBe(false);
    const ofBucket = join(work, `bucket-${name}`);
    await writeManifest('s3://bucket/originals', { lineage, into: ofBucket });
    const restored: string[] = [];
    const onFile = (it: { readonly path: string }) => restored.push(it.path);
    expect(await restoreArchives(ofBucket, { into: dir, lineage, onFile })).toMatchObject({
      restored: 1,
      failed: [],
    });
    expect(restored).toEqual([path]);
    expect(readFileSync(path).equals(before)).toBe(true);
  },
);

it('writes over no other file', async () => {
  const path = writeArchive(join(makeFolder(), 'a.db'), 1);
  const before = readFileSync(path);
  await expect(writeManifest('.', { lineage, into: path })).rejects.toMatchObject({
    code: 'MANIFEST_FOREIGN',
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

it('lists archives in Parquet, which others read, and reads again only what is new', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const into = join(work, 'manifest.parquet');
  const [a] = ['a', 'b'].map((name, at) => writeArchive(join(dir, `${name}.db`), at + 1, name));
  expect(await writeManifest(dir, { lineage, into })).toMatchObject({ read: 2, failed: [] });
  const duckdb = await (await DuckDBInstance.create()).connect();
  const sql = `SELECT session_id, version, rows, size_bytes > 0, length(sha256) FROM '${into}' ORDER BY path`;
  expect((await duckdb.runAndReadAll(sql)).getRowsJson()).toEqual([
    ['a', '1', '6', true, '64'],
    ['b', '2', '6', true, '64'],
  ]);
  expect(await writeManifest(dir, { lineage, into })).toMatchObject({ read: 0, unchanged: 2 });
  rmSync(a as string);
  expect(await writeManifest(dir, { lineage, into })).toMatchObject({ unchanged: 1, removed: 1 });
  expect(readdirSync(work)).toEqual(['manifest.parquet']);
  writeFileSync(into, 'text');
  await expect(writeManifest(dir, { lineage, into })).rejects.toMatchObject({ code: 'MANIFEST_FOREIGN' });
  expect(readFileSync(into, 'utf8')).toBe('text');
});

it.each(['s3://bucket/list.db', 's3://bucket/list.parquet'])('is not written to %s', async (into) => {
  const refused = writeManifest(makeFolder(), { lineage, into });
  await expect(refused).rejects.toMatchObject({ code: 'USAGE', path: into });
});

it.each(['list.db', 'list.parquet'])('says that the folder for %s is not there', async (name) => {
  const into = join(makeFolder(), 'gone', name);
  await expect(writeManifest(makeFolder(), { lineage, into })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
});
