import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../testing/archives.ts';
import { keepReady, readyProcesses, takeProcess } from './ready-processes.ts';

/** A worker that says where it was started and with what flags, and waits. */
function writeWorker(): { readonly script: URL; readonly told: string } {
  const dir = makeFolder();
  const [path, told] = [join(dir, 'worker.cjs'), join(dir, 'told')];
  writeFileSync(
    path,
    `process.on('disconnect', () => process.exit());
    process.on('message', (message) => process.send({ ...message, pid: process.pid }));
    require('node:fs').writeFileSync(${JSON.stringify(told)}, JSON.stringify([process.pid, process.execArgv]));`,
  );
  return { script: pathToFileURL(path), told };
}

function take(kind: { readonly script: URL }) {
  const taken = takeProcess(kind);
  onTestFinished(() => {
    taken.kill('SIGKILL');
  });
  return taken;
}

it('gives what was made ready first, then a new one', async () => {
  const kind = writeWorker();
  readyProcesses(kind, 1);
  const [pid] = await readTold(kind.told);
  const [first, second] = [take(kind), take(kind)];
  expect([first.pid === pid, second.pid === pid]).toEqual([true, false]);
  first.send({ asked: 1 });
  expect((await once(first, 'message'))[0]).toEqual({ asked: 1, pid });
});

it('gives none that has died meanwhile', async () => {
  const kind = writeWorker();
  readyProcesses(kind, 1);
  const [pid] = await readTold(kind.told);
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
  expect(take(kind).pid).not.toBe(pid);
});

it('ends those that are not wanted any more', async () => {
  const kind = writeWorker();
  readyProcesses(kind, 1);
  const [pid] = await readTold(kind.told);
  keepReady(kind, 1);
  keepReady({ ...kind, nodeFlags: [] }, 0);
  expect(isRunning(pid)).toBe(true);
  keepReady(kind, 0);
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
  expect(take(kind).pid).not.toBe(pid);
});

it('keeps the program that made them ready from nothing, ends with it, and does not run it again', async () => {
  const { script, told } = writeWorker();
  const module = JSON.stringify(new URL('./ready-processes.ts', import.meta.url));
  // Were it run again by the process that it starts, there would be no end to it.
  const program = `const { readyProcesses } = await import(${module});
    if (!process.send) readyProcesses({ script: new URL(${JSON.stringify(script)}) }, 1);`;
  const flags = ['--conditions=@varve/source', '--no-warnings', '--input-type=module', '-e', program];
  await promisify(execFile)(process.execPath, flags);
  const [pid, execArgv] = await readTold(told);
  expect(execArgv.slice(0, 2)).toEqual(flags.slice(0, 2));
  expect(execArgv).not.toContain(program);
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
});

async function readTold(path: string): Promise<[pid: number, execArgv: string[]]> {
  const read = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  await expect.poll(read, { timeout: 20_000 }).toMatch(/\]$/);
  return JSON.parse(read());
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
