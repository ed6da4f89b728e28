import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('pushes archives into a bucket, where every verb finds them, and reports on each', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const place = makeWorkplace();
  const archive = place.addArchive('old.db', 1, 'grep');
  const archives = [archive, place.addArchive('new.db', 2, 'grep', 'read')];
  const pushed = await runVarve(
    place.dir,
    'push',
    'archives',
    's3://bucket/fleet',
    '--report',
    'report.jsonl',
    '--keep',
  );
  expect(pushed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('0 failed') });
  const lines = readFileSync(join(place.dir, 'report.jsonl'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).state)).toEqual(archives.map(() => 'pushed'));
  const address = JSON.parse(lines.find((line) => JSON.parse(line).path === archive) ?? '{}').archive;
  for (const args of [
    ['status', 's3://bucket/fleet'],
    ['query', 's3://bucket/fleet', 'SELECT count(*) AS n FROM calls'],
    ['read', address, 'SELECT count(*) AS n FROM calls'],
    ['show', address],
  ]) {
    expect(await runVarve(place.dir, ...args), args[0]).toMatchObject({ exitCode: 0, stderr: '' });
  }
});

it('stops, and says so, when more fail than may', async () => {
  const place = makeWorkplace();
  writeFileSync(join(place.dir, 'archives', 'broken.db'), 'text');
  const { exitCode, stderr } = await runVarve(
    place.dir,
    'push',
    'archives',
    'elsewhere',
    '--max-failures',
    '0',
  );
  expect(exitCode).toBe(1);
  expect(stderr).toContain('error[FAILURES_EXCEEDED]: more than 0 failed');
});
