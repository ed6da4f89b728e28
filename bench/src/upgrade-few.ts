import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { printTitle } from './report.ts';
import { upgradeApart } from './upgrade-apart.ts';

const few = 200;
const rounds = 3;

/** How much longer a few files take than as many of a large fleet: what it costs to start. */
export async function upgradeFew(dir: string, originals: string, count: number): Promise<void> {
  printTitle(`Bring ${few} of them to head, the best of ${rounds}`);
  if (count < 2 * few) {
    console.log(`  what starting costs is not told by ${count} archives: ${2 * few} at least`);
    return;
  }
  const fewMs = await best(dir, originals, few);
  const allMs = await best(dir, originals, count);
  const steadyMs = (few * (allMs - fewMs)) / (count - few);
  const startMs = fewMs - steadyMs;
  console.log(
    `  ${Math.round(fewMs)} ms, of which ${Math.round(startMs)} ms more than ${few} take at the rate of the rest, ${Math.round((few * 1000) / steadyMs)} files/s`,
  );
}

async function best(dir: string, originals: string, count: number): Promise<number> {
  const durations: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const fleet = join(dir, `few-${count}-${round}`);
    mkdirSync(fleet);
    for (const name of readdirSync(originals).slice(0, count))
      cpSync(join(originals, name), join(fleet, name));
    // Or the first sync would pay for what was copied.
    spawnSync('sync');
    durations.push((await upgradeApart(fleet, 'counts')).durationMs);
  }
  return Math.min(...durations);
}
