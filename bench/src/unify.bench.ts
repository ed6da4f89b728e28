import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { census, openUnified } from '@varve/aggregator';
import { makeBenchDir, writeArchives } from './bench-files.ts';
import { type CompareOptions, type Contestant, compare } from './compare.ts';
import { benchLineage } from './lens-lineage.ts';
import { liveContestants } from './live-contestants.ts';
import { printFigures, printTitle } from './report.ts';
import { printMemory, unifyApart } from './unify-apart.ts';
import { unifyAtHead, writeSearchedArchives } from './unify-at-head.ts';
import { readHeaders, statAll, unifyByScript, unifyThroughJavaScript } from './unify-contestants.ts';

/** How many archives; 10,000 for the figures that are quoted. */
const count = Number(process.env.VARVE_BENCH_ARCHIVES ?? 300);
const head = benchLineage.migrations.length;
const building: CompareOptions = {
  rounds: count > 1000 ? 1 : 3,
  warmup: count > 1000 ? 0 : 1,
};
const looking: CompareOptions = { rounds: 10, warmup: 1 };

/** Building and refreshing the unified view, and the census. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const [mixed, current] = [join(dir, 'mixed'), join(dir, 'current')];
  writeArchives(mixed, 0, count, (at) => (at % head) + 1);
  writeArchives(current, 0, count, () => head);
  const file = join(dir, 'unified.db');
  // Or each would wait for the disk to take, or to give up, what the one before it wrote.
  const prepare = () => {
    rmSync(file, { force: true });
    spawnSync('sync');
  };
  const varve = (archives: string) => ({
    name: 'varve openUnified',
    run: () => unifyAnew(file, archives),
  });
  await show(`Unify ${count} archives of 100 KB, of ${head} versions`, { ...building, prepare }, [
    varve(mixed),
    { name: 'copy, replay, rows through JavaScript', run: () => unifyThroughJavaScript(file, mixed) },
  ]);
  await show(`Unify ${count} archives at head`, { rounds: 3, warmup: 0, prepare }, [
    {
      name: 'sqlite3, ATTACH; INSERT … SELECT, no keys or indexes',
      run: () => unifyByScript(file, current),
    },
    varve(current),
  ]);
  await unifyAtHead(`Unify ${count} archives at head, keys and indexes kept`, dir, {
    archives: current,
    lineage: benchLineage,
  });
  const searched = join(dir, 'searched');
  const lineage = writeSearchedArchives(searched, count);
  await unifyAtHead('The same, of a lineage with full text', dir, { archives: searched, lineage });
  rmSync(searched, { recursive: true });
  printMemory(await unifyApart(file, mixed));
  rmSync(current, { recursive: true });
  await unifyAnew(file, mixed);
  const idle = { name: 'varve openUnified', run: () => unify(file, mixed) };
  const walk = { name: 'walk and stat', run: () => statAll(mixed) };
  await show(`Refresh with nothing new, ${count} archives`, looking, [walk, idle]);
  writeArchives(mixed, count, count + 100, (at) => (at % head) + 1);
  await show('Refresh with 100 new', { rounds: 1, warmup: 0 }, [walk, idle]);
  await show(`Census of ${count + 100} archives`, looking, [
    { name: 'read 100 bytes of each', run: () => readHeaders(mixed) },
    { name: 'varve census', run: () => census(mixed, { lineage: benchLineage }) },
  ]);
  await show('A group-by over all archives with a filter, without a view', building, liveContestants(mixed));
}

async function show(
  title: string,
  options: CompareOptions,
  contestants: readonly Contestant[],
): Promise<void> {
  printTitle(title);
  printFigures(await compare(contestants, options));
}

async function unify(file: string, archives: string): Promise<void> {
  const unified = await openUnified(file, { lineage: benchLineage, archives });
  if (unified.problems.length > 0) throw new Error(unified.problems[0]?.message);
  unified.close();
}

async function unifyAnew(file: string, archives: string): Promise<void> {
  rmSync(file, { force: true });
  await unify(file, archives);
}
