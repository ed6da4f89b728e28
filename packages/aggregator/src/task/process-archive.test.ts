import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import { expect, it, onTestFinished } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { lineage } from '../testing/fixture-lineage.ts';
import { isRetryable } from './is-retryable.ts';
import { processArchive } from './process-archive.ts';

it('upgrades one archive, and doing it again is nothing', async () => {
  const archive = writeArchive(join(makeFolder(), 'a.db'), 1);
  const task = { kind: 'upgrade', archive } as const;
  expect(await processArchive(task, { lineage })).toEqual({ archive, state: 'done' });
  expect(await processArchive(task, { lineage })).toEqual({ archive, state: 'current' });
});

it('upgrades one object of a bucket, and says of a bucket that is busy that it passes', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  bucket.put('bucket/deep/a.db', readFileSync(writeArchive(join(makeFolder(), 'a.db'), 1)));
  const task = {
    kind: 'upgrade',
    archive: 's3://bucket/deep/a.db',
    backup: 's3://bucket/originals',
  } as const;
  expect(await processArchive(task, { lineage })).toMatchObject({ state: 'done' });
  expect(await processArchive(task, { lineage })).toMatchObject({ state: 'current' });
  expect([...bucket.objects.keys()]).toEqual(['bucket/deep/a.db', 'bucket/originals/a.db']);
});

it('throws what the archive failed with, and that does not pass', async () => {
  const path = join(makeFolder(), 'a.db');
  writeFileSync(path, 'text');
  const failure = await processArchive({ kind: 'upgrade', archive: path }, { lineage }).catch(
    (error) => error,
  );
  expect(failure).toMatchObject({ code: 'FILE_NOT_A_DATABASE', path });
  expect(isRetryable(failure)).toBe(false);
});

it.each([
  ['STORE_BUSY', 'SlowDown', true],
  ['STORE_DENIED', 'ExpiredToken', true],
  ['STORE_DENIED', 'AccessDenied', false],
  ['WAREHOUSE_UNREACHABLE', '', true],
  ['FILE_CORRUPT', '', false],
] as const)('tells whether %s %s passes by itself', (code, message, passes) => {
  expect(isRetryable(new VarveError(code, message, { hint: '' }))).toBe(passes);
});

it('lets what is no error of ours be tried again', () => {
  expect(isRetryable(new RangeError('out of memory'))).toBe(true);
});
