import { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readyProcesses } from '../processes/index.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { upgradeArchives } from './upgrade-archives.ts';
import type { UpgradeArchivesOptions } from './upgrade-options.ts';

/** Has an upgrade of files of version 1 find workers that were made ready; says which of them ended with the first file. */
async function endedMeanwhile(ready: number, files: number, options: Partial<UpgradeArchivesOptions>) {
  // The method that starts a process, with which each of them can be seen.
  const method = ChildProcess.prototype as ChildProcess & { spawn(): void };
  const spawn = vi.spyOn(method, 'spawn');
  onTestFinished(() => spawn.mockRestore());
  readyProcesses({ script: new URL('./upgrade-worker.ts', import.meta.url) }, ready);
  const started = [...spawn.mock.contexts] as ChildProcess[];
  expect(started).toHaveLength(ready);
  const dir = makeFolder();
  for (let at = 0; at < files; at++) writeArchive(join(dir, `${at}.db`), head - 1);
  let ended: boolean[] = [];
  const onFile = () => {
    ended = started.map(({ killed }) => killed);
  };
  const report = await upgradeArchives(dir, { lineage, acceptLoss: true, onFile, ...options });
  expect(report).toMatchObject({ upgraded: files, failed: [] });
  return ended;
}

it('ends at once what was made ready for a lineage whose files are upgraded here', async () => {
  const here = defineLineage({ ...lineage, functions: { none: () => null } });
  expect(await endedMeanwhile(2, 1, { lineage: here })).toEqual([true, true]);
});

it('ends what was made ready beyond the jobs', async () => {
  expect(await endedMeanwhile(2, 9, { jobs: 1 })).toEqual([false, true]);
});

it('ends what no file is left for', async () => {
  expect(await endedMeanwhile(2, 1, { jobs: 2 })).toEqual([false, true]);
});
