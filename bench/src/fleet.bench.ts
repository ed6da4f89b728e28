import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { makeBenchDir, writeArchives } from './bench-files.ts';
import { compare } from './compare.ts';
import { benchLineage } from './lens-lineage.ts';
import { printFigures, printTitle } from './report.ts';
import { printMemory, type UnifyingApart, unifyApart } from './unify-apart.ts';
import { statAll } from './unify-contestants.ts';
import { type UpgradingApart, upgradeApart } from './upgrade-apart.ts';

/** How many archives; 100,000 for the figures that are quoted, which take 25 GB and ten minutes. */
const count = Number(process.env.VARVE_BENCH_ARCHIVES ?? 2000);
const head = benchLineage.migrations.length;
const versionOf = (at: number) => (at % head) + 1;

/** Whether many archives take as long, for each, and as much memory as a tenth of them: to unify, and to upgrade. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const file = join(dir, 'unified.db');
  printTitle(`Unify archives of 100 kB, of ${head} versions`);
  const tenth = join(dir, 'tenth');
  writeArchives(tenth, 0, count / 10, versionOf);
  const few = [await unifyApart(file, tenth), await unifyApart(file, tenth)];
  const all = join(dir, 'all');
  writeArchives(all, 0, count, versionOf);
  const many = await unifyApart(file, all);
  printUnifying(count, many);
  // Before and after, for a machine whose speed drifts.
  few.push(await unifyApart(join(dir, 'tenth.db'), tenth));
  const middle = few.toSorted((a, b) => a.durationMs - b.durationMs)[1] as UnifyingApart;
  printUnifying(count / 10, middle);
  console.log(`  for each archive ${(many.durationMs / middle.durationMs / 10).toFixed(2)} times as long`);
  const idle = { name: 'varve openUnified', run: () => refresh(file, all) };
  const walk = { name: 'walk and stat', run: () => statAll(all) };
  await show(`Refresh with nothing new, ${count} archives`, 5);
  writeArchives(all, count, count + 100, versionOf);
  await show('Refresh with 100 new', 1);
  printTitle('Upgrade them, row counts verified');
  for (const fleet of [tenth, all]) printUpgrading(await upgradeApart(fleet, 'counts'));

  async function show(title: string, rounds: number): Promise<void> {
    printTitle(title);
    printFigures(await compare([walk, idle], { rounds, warmup: 0 }));
  }
}

function printUnifying(archives: number, unifying: UnifyingApart): void {
  const each = (unifying.durationMs / archives).toFixed(2);
  console.log(`  ${archives} archives: ${(unifying.durationMs / 1000).toFixed(1)} s, ${each} ms each`);
  printMemory(unifying);
}

function printUpgrading({ upgraded, durationMs, peakBytes }: UpgradingApart): void {
  const rate = Math.round((upgraded * 1000) / durationMs);
  console.log(`  ${upgraded} archives: ${rate} files/s, peak memory ${Math.round(peakBytes / 1e6)} MB`);
}

async function refresh(file: string, archives: string): Promise<void> {
  const unified = await openUnified(file, { lineage: benchLineage, archives });
  unified.close();
}
