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
    const startedMs = performance.now();
    varve.kill(signal);
    await once(varve, 'exit');
    expect(performance.now() - startedMs).toBeLessThan(2000);
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
  for (;;) {
    const ticks = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[11]);
    if (ticks > 250) return;
    await setTimeout(20);
  }
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
  const startedMs = performance.now();
  while (left.some((pid) => parentOf(pid) !== undefined)) {
    expect(performance.now() - startedMs).toBeLessThan(2000);
    await setTimeout(10);
  }
});

function parentOf(pid: string): string | undefined {
  try {
    return readFileSync(join('/proc', pid, 'stat'), 'utf8')
      .split(') ')[1]
      ?.split(' ')[1];
  } catch {
    return undefined;
  }
}
