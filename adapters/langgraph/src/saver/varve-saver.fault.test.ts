import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeTestFolder } from '@varve/testing';
import { expect, it, onTestFinished } from 'vitest';
import { buildCounter } from '../testing/counter-graph.ts';
import { makeSaver, threadConfig } from '../testing/thread-helpers.ts';

const rounds = process.env.VARVE_DEEP === '1' ? 50 : 2;
const config = { ...threadConfig('t'), recursionLimit: 10_000 };

/** Lets a graph count in another process, and kills that without warning in the middle of a step. */
async function killAfter(dir: string, steps: number): Promise<number> {
  const program = fileURLToPath(new URL('../testing/count-program.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@varve/source', program, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last === steps) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return last;
}

it('has every step that was stored when the process is killed, and goes on from there', {
  timeout: 600_000,
}, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const dir = makeTestFolder();
    const last = await killAfter(dir, 3 + ((round * 7) % 40));
    const { saver } = makeSaver({ dir });
    const { values } = await buildCounter(saver).getState(config);
    expect(values.count).toBeGreaterThanOrEqual(last);
    const end = Math.ceil((values.count + 1) / 20) * 20;
    const result = await buildCounter(saver).invoke(null, config);
    expect(result.count).toBe(end);
    expect(result.said.map((it: string) => Number.parseInt(it, 10))).toEqual([...Array(end).keys()]);
    saver.close();
    expect(readdirSync(dir)).toEqual(['t.db']);
  }
});

/** A small disk of its own; undefined where it takes more rights than the test has. */
function mountDisk(): string | undefined {
  const dir = makeTestFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', [dir]);
  });
  return dir;
}

it('says DISK_FULL to the run that needs room, and goes on from its last step when there is some', async () => {
  const dir = mountDisk();
  if (!dir) return expect(process.getuid?.()).not.toBe(0);
  const { saver } = makeSaver({ dir });
  await buildCounter(saver, 5).invoke({ count: 0, untouched: 'u' }, config);
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(join(dir, 'filler'), Buffer.alloc(bavail * bsize - 200_000));
  await expect(
    buildCounter(saver, 10_000).invoke({ untouched: 'v' }, { ...config, durability: 'sync' }),
  ).rejects.toMatchObject({
    code: 'DISK_FULL',
  });
  const { count } = (await buildCounter(saver).getState(config)).values;
  expect(count).toBeGreaterThan(5);
  rmSync(join(dir, 'filler'));
  const { said } = await buildCounter(saver).invoke(null, config);
  expect(said.map((it: string) => Number.parseInt(it, 10))).toEqual([...Array(said.length).keys()]);
  saver.close();
});
