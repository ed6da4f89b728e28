import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeBenchArchive } from './bench-files.ts';
import { benchLineage } from './lens-lineage.ts';
import { printTitle } from './report.ts';
import { runContestant } from './run-contestant.ts';
import { upgradeApart } from './upgrade-apart.ts';

const megabytes = Number(process.env.VARVE_BENCH_LARGE_MB ?? 1000);

/** One large archive brought to head, from the last version and from the first, beside copying and syncing it. */
export async function upgradeLarge(dir: string, folder: string): Promise<void> {
  printTitle(`Bring one archive of ${megabytes} MB to head, row counts verified`);
  for (const version of [benchLineage.migrations.length - 1, 1]) {
    const original = join(dir, `large-${version}`);
    mkdirSync(original);
    writeBenchArchive(join(original, 'large.db'), version, megabytes * 1e6);
    const way = async <T>(name: string, work: (fleet: string) => Promise<T>): Promise<T> => {
      const fleet = join(dir, `large-${version}-${name}`);
      cpSync(original, fleet, { recursive: true });
      const answer = await work(fleet);
      rmSync(fleet, { recursive: true });
      return answer;
    };
    const copyMs = await way('copy', (fleet) => runContestant('copy', fleet, folder, 1));
    const { durationMs, peakBytes } = await way('varve', (fleet) => upgradeApart(fleet, 'counts'));
    const loopMs = await way('loop', (fleet) => runContestant('migrate', fleet, folder, 1));
    rmSync(original, { recursive: true });
    console.log(
      `  from version ${String(version).padEnd(3)} ${(durationMs / 1000).toFixed(1).padStart(6)} s, ${(durationMs / copyMs).toFixed(2)}× copying and syncing it, ${(loopMs / durationMs).toFixed(2)}× as fast as Drizzle's migrate(), peak memory ${Math.round(peakBytes / 1e6)} MB`,
    );
  }
}
