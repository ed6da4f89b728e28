/**
 * Runs scenarios on a disk that fails, with `failing-disk.c` preloaded: each operation in turn, or every so many, until
 * none is left. Prints, as JSON, how many operations each scenario has, or the n-th that left what must not be, and why.
 */
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { VarveError } from '@varve/schema';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const [code = '', mode = '', step = '', ...names] = process.argv.slice(2);
const errno = constants.errno[code as 'EIO'];
const root = mkdtempSync(join(tmpdir(), 'varve-faults-'));

/** Returns whether an operation has failed since the last time. */
function tellDisk(n: number): boolean {
  try {
    openSync(`/varve-fault/${n}/${errno}/${mode === 'once' ? 0 : 1}`, 'r');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST';
  }
  throw new Error('failing-disk.c is not preloaded');
}

async function failNth(scenario: Scenario, n: number): Promise<boolean> {
  const dir = join(root, String(n));
  mkdirSync(dir);
  const { work, check } = await scenario(dir);
  tellDisk(n);
  let outcome: unknown;
  try {
    await work();
  } catch (error) {
    outcome = error;
  }
  const hasFailed = tellDisk(0);
  if (outcome !== undefined && !(outcome instanceof VarveError)) throw outcome;
  await check();
  rmSync(dir, { recursive: true });
  return hasFailed;
}

/** In a long scenario the steps grow. */
async function failEach(scenario: Scenario): Promise<object> {
  let n = 1;
  try {
    while (await failNth(scenario, n)) n += Math.max(Number(step), Math.floor(n / 50));
    return { operations: n };
  } catch (error) {
    tellDisk(0);
    return { n, failure: inspect(error) };
  }
}

const results: [string, object][] = [];
for (const name of names) results.push([name, await failEach(scenarios[name] as Scenario)]);
console.log(JSON.stringify(Object.fromEntries(results)));
rmSync(root, { recursive: true });
