import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Brings a folder to head by what varve is compared with, or just copies it; returns how long it took in milliseconds. */
export async function runContestant(
  work: 'copy' | 'migrate',
  fleet: string,
  folder: string,
  threads: number,
): Promise<number> {
  const startedMs = performance.now();
  const paths = readdirSync(fleet).map((name) => join(fleet, name));
  const script = new URL('./upgrade-contestant.ts', import.meta.url);
  const lanes = Array.from({ length: threads }, (_, lane) => paths.filter((_, at) => at % threads === lane));
  await Promise.all(
    lanes.map((lane) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const worker = new Worker(script, { workerData: { work, paths: lane, folder } });
      worker.once('error', reject).once('exit', () => resolve());
      return promise;
    }),
  );
  return performance.now() - startedMs;
}
