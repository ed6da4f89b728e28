import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { startVarve } from '../testing/run-varve.ts';

const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

describe.skipIf(process.platform === 'win32')('a statement without end', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('is ended by %s within two seconds', async (signal) => {
    const { dir, addArchive } = makeWorkplace();
    addArchive('a.db', 1);
    const varve = startVarve(dir, 'read', 'archives/a.db', endless);
    await untilBusy(varve.pid as number);
    const startedMs = computedMs(varve.pid as number);
    varve.kill(signal);
    let endedMs = startedMs;
    // Of its own time: what else the machine does is no matter.
    while (varve.exitCode === null && varve.signalCode === null) {
      endedMs = computedMs(varve.pid as number) ?? endedMs;
      await setTimeout(10);
    }
    expect(Number(endedMs) - Number(startedMs)).toBeLessThan(2000);
  });

  it('is ended by --timeout, which says so', async () => {
    const { dir, addArchive } = makeWorkplace();
    addArchive('a.db', 1);
    const varve = startVarve(dir, 'read', 'archives/a.db', endless, '--timeout', '0.2');
    const stderr = text(varve.stderr);
    await once(varve, 'exit');
    expect(await stderr).toContain('error[INTERRUPTED]: the 0.2 seconds of --timeout are over');
  });
});

/** Until it has computed for longer than it takes to start. */
async function untilBusy(pid: number): Promise<void> {
  while ((computedMs(pid) ?? 0) <= 2500) await setTimeout(20);
}

/** How long a process has computed, of which the system tells by the hundredth of a second; undefined when it is gone. */
function computedMs(pid: number): number | undefined {
  const ticks = statOf(String(pid))?.[11];
  return ticks === undefined ? undefined : Number(ticks) * 10;
}

it.skipIf(process.platform !== 'linux')('leaves no worker behind when its parent is killed', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('a.db', 1);
  const varve = startVarve(dir, 'upgrade', 'archives', '--jobs', '1', '--accept-loss');
  const children = () =>
    readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === String(varve.pid));
  while (children().length === 0 && varve.exitCode === null) await setTimeout(5);
  const left = children();
  varve.kill('SIGKILL');
  await once(varve, 'exit');
  while (left.some((pid) => parentOf(pid) !== undefined)) await setTimeout(10);
});

function parentOf(pid: string): string | undefined {
  return statOf(pid)?.[1];
}

/** The fields behind a process's name, of one that runs. */
function statOf(pid: string): readonly string[] | undefined {
  try {
    const stat = readFileSync(join('/proc', pid, 'stat'), 'utf8')
      .split(') ')[1]
      ?.split(' ');
    return stat?.[0] === 'Z' ? undefined : stat;
  } catch {
    return undefined;
  }
}
