import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './compare.ts';
import { printTitle } from './report.ts';
import { type UpgradingApart, upgradeApart } from './upgrade-apart.ts';

const few = 200;
const rounds = 5;

/** How much longer a few files take than as many of a large fleet: what it costs to start. */
export async function upgradeFew(dir: string, originals: string, count: number): Promise<void> {
  printTitle(`Bring ${few} of them to head, ${rounds} times, and as many times all right before or after`);
  if (count < 2 * few) {
    console.log(`  what starting costs is not told by ${count} archives: ${2 * few} at least`);
    return;
  }
  const seen: Round[] = [];
  for (let round = 0; round < rounds; round++) seen.push(await runRound(dir, originals, { round, count }));
  const took = (key: 'durationMs' | 'cpuMs') => beyondTheRate(seen, key, count);
  const { startMs, range, rate } = took('durationMs');
  const cpu = took('cpuMs');
  console.log(
    `  ${startMs} ms (${range}) more than ${few} take at the rate of the rest, ${rate} files/s;` +
      ` of processor time ${cpu.startMs} ms (${cpu.range})`,
  );
}

interface Round {
  readonly few: UpgradingApart;
  readonly all: UpgradingApart;
}

/** The rate at which a disk takes files changes from minute to minute: each round is held against its own. */
function beyondTheRate(seen: readonly Round[], key: 'durationMs' | 'cpuMs', count: number) {
  const steady = seen.map((it) => (it.all[key] - it.few[key]) / (count - few));
  const starts = seen.map((it, at) => Math.round(it.few[key] - few * (steady[at] ?? 0)));
  return {
    startMs: median(starts),
    range: `${Math.min(...starts)} to ${Math.max(...starts)}`,
    rate: Math.round(1000 / median(steady)),
  };
}

/** Which is first changes, so that a disk that tires or recovers favours neither. */
async function runRound(
  dir: string,
  originals: string,
  { round, count }: { readonly round: number; readonly count: number },
): Promise<Round> {
  const run = (files: number) => upgradeCopies(join(dir, `few-${files}-${round}`), originals, files);
  const first = round % 2 === 0 ? await run(few) : undefined;
  const all = await run(count);
  return { few: first ?? (await run(few)), all };
}

async function upgradeCopies(fleet: string, originals: string, count: number): Promise<UpgradingApart> {
  mkdirSync(fleet);
  for (const name of readdirSync(originals).slice(0, count)) cpSync(join(originals, name), join(fleet, name));
  // Or the first sync would pay for what was copied.
  spawnSync('sync');
  return upgradeApart(fleet, 'counts');
}
