import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { census } from '@varve/aggregator';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';

const count = 50;
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Presses Ctrl-C when the upgrade is under way. */
async function interruptUpgrade(dir: string, times: number) {
  const command = spawn(
    process.execPath,
    [
      '--conditions=@varve/source',
      '--disable-warning=ExperimentalWarning',
      main,
      'upgrade',
      'archives',
      '--json',
      '--report',
      'report.jsonl',
    ],
    { cwd: dir, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [stdout, stderr] = [text(command.stdout), text(command.stderr)];
  const exit = once(command, 'exit');
  while (!readdirSync(join(dir, 'archives')).some((name) => name.endsWith('.upgrading'))) await setTimeout(1);
  for (let time = 0; time < times; time++) {
    process.kill(-(command.pid ?? 0), 'SIGINT');
    await setTimeout(20);
  }
  const [code, signal] = await exit;
  return { code, signal, stdout: await stdout, stderr: await stderr };
}

it('stops on Ctrl-C when the files in hand are done, at once on a second one, and harms nothing', async () => {
  const { dir, lineage, addArchive } = makeWorkplace();
  const archives = join(dir, 'archives');
  // Large enough that those in hand are not done between two signals.
  const model = addArchive('0.db', 1, 'x'.repeat(3_000_000));
  for (let at = 1; at < count; at++) copyFileSync(model, join(archives, `${at}.db`));

  const once = await interruptUpgrade(dir, 1);
  expect(once.code).toBe(1);
  const report = JSON.parse(once.stdout);
  expect(once.stderr).toBe(
    `error[INTERRUPTED]: the work was stopped before ${report.left} of the archives\n` +
      'hint: run the upgrade again: it does what is left\n',
  );
  expect([report.upgraded + report.left, report.failed]).toEqual([count, []]);
  expect(report.upgraded).toBeGreaterThan(0);
  expect(census(archives, { lineage }).states).toEqual({
    current: report.upgraded,
    behind: report.left,
  });
  expect(readdirSync(archives)).toHaveLength(count);

  const twice = await interruptUpgrade(dir, 2);
  expect(twice.signal).toBe('SIGINT');
  const { states, problems } = census(archives, { lineage });
  expect([(states.current ?? 0) + (states.behind ?? 0), problems]).toEqual([count, []]);
  expect(states.behind).toBeGreaterThan(0);
  const lines = readFileSync(join(dir, 'report.jsonl'), 'utf8').trimEnd().split('\n');
  const reported = lines.map((line) => JSON.parse(line).state);
  expect(reported.filter((state) => state !== 'upgraded' && state !== 'current')).toEqual([]);
  expect(reported.length).toBeLessThanOrEqual(states.current ?? 0);
});
