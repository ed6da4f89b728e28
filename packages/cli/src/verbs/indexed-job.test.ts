import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { ServedBucket } from '../../../core/src/testing/serve-bucket.ts';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve, startVarve } from '../testing/run-varve.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/scale.md'), 'utf8');

/** The command of the Indexed Job on the page, after `npx varve`. */
function commandOnThePage(): string[] {
  const [, list = ''] = /command:\s*\[([^\]]*)\]/.exec(page) ?? [];
  const [npx, varve, ...args] = list
    .split(',')
    .map((word) => word.trim().replace(/^"|"$/g, ''))
    .filter((word) => word !== '');
  expect([npx, varve]).toEqual(['npx', 'varve']);
  return args;
}

/** Runs a pod of three. Returns its exit code; null where it was killed. */
async function runPod(
  dir: string,
  index: number,
  onStart?: (kill: () => void) => void,
): Promise<number | null> {
  Object.assign(process.env, { JOB_COMPLETION_INDEX: String(index), JOB_COMPLETIONS: '3' });
  const child = startVarve(dir, ...commandOnThePage());
  delete process.env.JOB_COMPLETION_INDEX;
  delete process.env.JOB_COMPLETIONS;
  onStart?.(() => child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  return new Promise((resolve) =>
    child.once('close', (code) => {
      if (code !== 0 && code !== null) console.error(said);
      resolve(code);
    }),
  );
}

function puts({ requests }: ServedBucket, prefix: string): string[] {
  return requests.filter((request) => request.startsWith(`PUT bucket/${prefix}/`));
}

it('is a job whose pods do all the work of the page once, one of them killed and started again', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const place = makeWorkplace();
  const archives = Array.from({ length: 12 }, (_, at) => place.addArchive(`${at}.db`, 1 + (at % 2), 'grep'));
  for (const [at, path] of archives.entries()) bucket.put(`bucket/archives/${at}.db`, readFileSync(path));
  let isKilled = false;
  const killed = await runPod(place.dir, 1, (kill) => {
    bucket.fault = (request) => {
      // The second archive that it would put back never comes.
      if (!request.startsWith('PUT bucket/archives/') || puts(bucket, 'archives').length < 2) return;
      isKilled = true;
      kill();
      return 'lost';
    };
  });
  expect([killed, isKilled]).toEqual([null, true]);
  bucket.fault = undefined;
  const [done = ''] = puts(bucket, 'archives');
  bucket.requests.length = 0;
  const before = [...bucket.objects.keys()].filter((key) => key.startsWith('bucket/originals/')).length;
  expect(before).toBeGreaterThan(0);
  expect(await Promise.all([0, 1, 2].map((index) => runPod(place.dir, index)))).toEqual([0, 0, 0]);
  expect(puts(bucket, 'archives')).not.toContain(done);
  expect(new Set(puts(bucket, 'archives')).size).toBe(11);
  expect(puts(bucket, 'archives')).toHaveLength(11);
  for (const [at, path] of archives.entries()) {
    const original = bucket.objects.get(`bucket/originals/${at}.db`)?.bytes;
    expect(original?.equals(readFileSync(path)), path).toBe(true);
  }
  const { stdout } = await runVarve(place.dir, 'status', 's3://bucket/archives', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ total: 12, states: { current: 12 } });
});
