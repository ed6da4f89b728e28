import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeDrizzleFolder } from '../../packages/migrations/src/testing/write-drizzle-folder.ts';
import { makeBenchDir, writeBenchArchive } from './bench-files.ts';
import { benchLineage } from './lens-lineage.ts';
import { upgradeProducts } from './products/upgrade-products.ts';
import { printTitle } from './report.ts';
import { runContestant } from './run-contestant.ts';
import { upgradeApart } from './upgrade-apart.ts';
import { upgradeFew } from './upgrade-few.ts';
import { upgradeLarge } from './upgrade-large.ts';

interface Outcome {
  readonly durationMs: number;
  readonly peakBytes?: number;
}

const count = Number(process.env.VARVE_BENCH_ARCHIVES ?? 1000);
const sizeBytes = 100_000;
const jobs = availableParallelism();
/** Twelve versions, from the oldest to the last but one. */
const versions = Array.from({ length: 12 }, (_, at) => 1 + Math.floor((at * 19) / 11));

/** A fleet of 100 kB archives of twelve versions brought to head on all cores, in several ways, each on fresh copies. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const originals = writeFleet(dir);
  const folder = writeDrizzleFolder(join(dir, 'drizzle'), benchLineage);
  printTitle(`Bring ${count} archives of 100 kB and 12 versions to head, ${jobs} at once`);
  const timed = async (work: 'copy' | 'migrate', fleet: string, threads: number): Promise<Outcome> => {
    return { durationMs: await runContestant(work, fleet, folder, threads) };
  };
  const contestants: [string, (fleet: string) => Outcome | Promise<Outcome>][] = [
    ['copy, fsync, rename, on a thread for each core', (fleet) => timed('copy', fleet, jobs)],
    ['varve upgradeArchives, row counts verified', (fleet) => upgradeApart(fleet, 'counts')],
    ['a loop: open, Drizzle migrate(), close', (fleet) => timed('migrate', fleet, 1)],
    ['the loop on a thread for each core', (fleet) => timed('migrate', fleet, jobs)],
    ['varve upgradeArchives, every cell verified', (fleet) => upgradeApart(fleet, 'full')],
  ];
  let yardstickMs: number | undefined;
  for (const [at, [name, work]] of contestants.entries()) {
    // Nothing is removed in between: a file system without a journal is slow to make files where many were removed.
    const fleet = join(dir, `fleet-${at}`);
    cpSync(originals, fleet, { recursive: true });
    // Or the first sync of a contestant would pay for what was copied.
    spawnSync('sync');
    const outcome = await work(fleet);
    yardstickMs ??= outcome.durationMs;
    printOutcome(name, outcome, yardstickMs);
  }
  await upgradeFew(dir, originals, count);
  await upgradeLarge(dir, folder);
  await upgradeProducts(dir, count);
}

function writeFleet(dir: string): string {
  const originals = join(dir, 'originals');
  mkdirSync(originals);
  for (const [at, version] of versions.entries()) {
    const model = join(dir, `v${version}.db`);
    writeBenchArchive(model, version, sizeBytes);
    for (let file = at; file < count; file += versions.length) cpSync(model, join(originals, `${file}.db`));
  }
  return originals;
}

function printOutcome(name: string, { durationMs, peakBytes }: Outcome, yardstickMs: number): void {
  const rate = `${Math.round((count * 1000) / durationMs)} files/s`;
  const peak = peakBytes ? `  peak memory ${Math.round(peakBytes / 1e6)} MB` : '';
  const ratio = (durationMs / yardstickMs).toFixed(2);
  console.log(`  ${name.padEnd(44)} ${rate.padStart(12)} ${ratio.padStart(8)}×${peak}`);
}
