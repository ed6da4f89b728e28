import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { writeDrizzleFolder } from '../../../packages/migrations/src/testing/write-drizzle-folder.ts';
import { printTitle } from '../report.ts';
import { runApart } from '../run-apart.ts';
import { runContestant } from '../run-contestant.ts';
import { type Product, products } from './product.ts';
import { writeProductFleet } from './product-fleet.ts';
import { productLineage } from './product-lineage.ts';

interface Upgrading {
  readonly durationMs: number;
  readonly hows: Readonly<Record<string, number>>;
}

/** Files of products that are not ours brought to head: how often varve is as fast as the loop that one would write. */
export async function upgradeProducts(dir: string, count: number): Promise<void> {
  printTitle(`Bring ${count} files each of ${products.length} products to head, row counts verified`);
  console.log(
    `  ${'product'.padEnd(12)} tables  pending      files/s   loop   copy   full  in one pass or patched`,
  );
  const wanted = process.env.VARVE_BENCH_PRODUCTS?.split(',');
  const faster: number[] = [];
  for (const product of products)
    if (!wanted || wanted.includes(product.name)) faster.push(await upgradeProduct(dir, product, count));
  if (faster.length === 0) return;
  const sorted = faster.toSorted((a, b) => a - b);
  console.log(
    `  the loop takes ${sorted[Math.floor(sorted.length / 2)]?.toFixed(2)} times as long in the median, ${sorted[0]?.toFixed(2)} times at the least`,
  );
}

async function upgradeProduct(dir: string, product: Product, count: number): Promise<number> {
  const originals = join(dir, product.name);
  writeProductFleet(originals, product, count);
  const folder = writeDrizzleFolder(join(dir, `${product.name}-drizzle`), productLineage(product));
  const copyOf = (way: string) => {
    const fleet = join(dir, `${product.name}-${way}`);
    cpSync(originals, fleet, { recursive: true });
    // Or the first sync of a contestant would pay for what was copied.
    spawnSync('sync');
    return fleet;
  };
  const copyMs = await runContestant('copy', copyOf('copy'), folder, 2);
  const varve = await upgradeApart(product, copyOf('counts'), 'counts');
  const loopMs = await runContestant('migrate', copyOf('loop'), folder, 1);
  const full = await upgradeApart(product, copyOf('full'), 'full');
  const quick = (varve.hows.fused ?? 0) + (varve.hows.patched ?? 0);
  const cells = [
    product.name.padEnd(12),
    String(product.tables).padStart(6),
    product.pending.join(', ').padStart(10),
    String(Math.round((count * 1000) / varve.durationMs)).padStart(11),
    `${(loopMs / varve.durationMs).toFixed(2)}×`,
    `${(varve.durationMs / copyMs).toFixed(2)}×`,
    `${(full.durationMs / varve.durationMs).toFixed(2)}×`,
    `${Math.round((100 * quick) / count)} %`,
  ];
  console.log(`  ${cells.join('  ')}`);
  return loopMs / varve.durationMs;
}

function upgradeApart(product: Product, fleet: string, verify: string): Promise<Upgrading> {
  return runApart('./products/upgrade-product-program.ts', [product.name, fleet, verify]);
}
