import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createSession } from '../index.ts';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const isLinux = process.platform === 'linux';

it.runIf(isLinux)('says so when the process may open no more files', () => {
  const program = new URL('../testing/open-many-program.ts', import.meta.url).pathname;
  const flags = ['--conditions=@varve/source', '--disable-warning=ExperimentalWarning'];
  const node = [process.execPath, ...flags, program, makeTempDir()];
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -n 120 && exec "$@"', 'sh', ...node], {
    encoding: 'utf8',
  });
  const { count, code, again } = JSON.parse(stdout);
  expect({ code, again }).toEqual({ code: 'TOO_MANY_OPEN_FILES', again: 'TOO_MANY_OPEN_FILES' });
  expect(count).toBeGreaterThan(10);
});

it.runIf(isLinux).each([
  ['four', 4, 'power'],
  ['five', 5, 'process'],
] as const)('takes %s descriptors for a live session', (_, most, durability) => {
  const dir = makeTempDir();
  const count = () => readdirSync('/proc/self/fd').length;
  const before = count();
  const sessions = [1, 2, 3].map(() =>
    createSession(dir, { lineage, session: { agentName: 'x' }, durability }),
  );
  expect(count() - before).toBe(3 * most);
  for (const session of sessions) session.close();
  expect(count()).toBe(before);
});
