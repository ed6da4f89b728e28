import { spawnSync } from 'node:child_process';
import { linkSync, readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { workFile } from '../file/index.ts';
import { createSession, openSession } from '../index.ts';
import { history as lineage } from '../testing/history.ts';
import { openFilesIn } from '../testing/open-files-in.ts';
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
  const count = () => openFilesIn(dir).length;
  const before = count();
  const sessions = [1, 2, 3].map(() =>
    createSession(dir, { lineage, session: { agentName: 'x' }, durability }),
  );
  expect(count() - before).toBe(3 * most);
  for (const session of sessions) session.close();
  expect(count()).toBe(before);
});

it.runIf(isLinux)('keeps a descriptor only while somebody reads, and never very many', () => {
  const dir = makeTempDir();
  const count = () => openFilesIn(dir).length;
  const create = () => createSession(dir, { lineage, session: { agentName: 'x' }, durability: 'process' });
  const before = count();
  const read = (session: ReturnType<typeof create>) => {
    const reader = new Database(session.path, { readonly: true });
    reader.prepare('SELECT 1 FROM sessions').get();
    return reader;
  };
  const session = create();
  const reader = read(session);
  session.close();
  expect(locksOf(session.path)).toBeGreaterThan(0);
  new Database(session.path).close();
  reader.close();
  // A reader that may not write leaves the WAL behind.
  for (let n = 0; n < 70; n++) {
    const session = create();
    const reader = read(session);
    session.close();
    reader.close();
  }
  expect(count() - before).toBeLessThanOrEqual(64);
});

it.runIf(isLinux)('leaves a reader in this process its locks where it takes a name off a session', () => {
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  session.close();
  const { path } = session;
  const reader = new Database(path, { readonly: true });
  reader.exec('BEGIN; SELECT count(*) FROM sessions');
  linkSync(path, workFile(path, 'creating'));
  const before = locksOf(path);
  const again = openSession(path, { lineage });
  expect(statSync(path).nlink).toBe(1);
  expect(locksOf(path)).toBe(before);
  reader.close();
  again.close();
});

function locksOf(path: string): number {
  const { ino } = statSync(path);
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`:${ino} `)).length;
}
