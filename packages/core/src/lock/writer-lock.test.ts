import { once } from 'node:events';
import { existsSync, readdirSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { createSession, openSession, readHeader } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { startProgram } from '../testing/run-program.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { openLock, tryBegin } from './lock-file.ts';
import { acquireWriterLock, lockHolder } from './writer-lock.ts';

const { decisions } = lineage.tables;

function createClosed(): string {
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  session.close();
  return session.path;
}

it('refuses a second writer in the same process at once, and says who has the file since when', () => {
  const before = Date.now();
  using session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  const error = errorOf(() => openSession(session.path, { lineage }));
  expect(Date.now() - before).toBeLessThan(1000);
  expect(error).toMatchObject({ code: 'SESSION_LOCKED', path: session.path, details: { pid: process.pid } });
  expect(Date.parse(String(error.details.since))).toBeGreaterThanOrEqual(before - 1000);
});

it('refuses a second writer while another process has the file, and takes over at once when that is killed', async () => {
  const path = createClosed();
  const holder = startProgram('hold-session.ts', path);
  await holder.nextLine();
  expect(lockHolder(path)).toMatchObject({ pid: holder.process.pid });
  const error = errorOf(() => openSession(path, { lineage, busyTimeoutMs: 50 }));
  expect(error).toMatchObject({ code: 'SESSION_LOCKED', details: { pid: holder.process.pid } });
  await holder.kill();
  expect(existsSync(`${path}-lock`)).toBe(true);
  expect(lockHolder(path)).toBeUndefined();
  const session = openSession(path, { lineage });
  session.close();
  expect(readdirSync(dirname(path))).toHaveLength(1);
});

it('does not keep a caller waiting for a writer that stays, nor lets garbage collection end it', async () => {
  const path = createClosed();
  const holder = startProgram('hold-session.ts', path);
  await holder.nextLine();
  const waitMs = 1500;
  await new Promise((resolve) => setTimeout(resolve, waitMs + 50));
  const before = Date.now();
  expect(errorOf(() => openSession(path, { lineage, busyTimeoutMs: waitMs })).code).toBe('SESSION_LOCKED');
  expect(Date.now() - before).toBeLessThan(waitMs);
});

it.each([
  ['nothing', ''],
  ['half of what it should', 'SQLite'],
  ['nonsense', 'x'.repeat(512)],
])('takes a lock file that holds %s for a dead one', (_, text) => {
  const path = createClosed();
  writeFileSync(`${path}-lock`, text);
  const session = openSession(path, { lineage });
  expect(session.record(decisions, { summary: 'x' })).toBe(1);
  session.close();
  expect(readdirSync(dirname(path))).toHaveLength(1);
});

it.each([
  ['made and not yet written', ''],
  ['that a dead writer left', undefined],
])('waits while another process looks at a lock file %s', async (_, text) => {
  const path = createClosed();
  const lockPath = `${path}-lock`;
  if (text === undefined) await startProgramAndKill('hold-session.ts', path);
  else writeFileSync(lockPath, text);
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(lockPath, longAgo, longAgo);
  const looking = openLock(lockPath, 0);
  expect(looking && tryBegin(looking)).toBe(true);
  const open = startProgram('open-on-request.ts');
  expect(await open.nextLine()).toBe('ready');
  open.send(`${path} 0`);
  const answer = open.nextLine();
  const isEarly = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 100, 'waits'))]);
  expect(isEarly).toBe('waits');
  expect(readdirSync(dirname(path)).filter((name) => name.includes('-lock'))).toEqual([basename(lockPath)]);
  unlinkSync(lockPath);
  looking?.close();
  expect(await answer).toBe('ok');
});

async function startProgramAndKill(program: string, path: string): Promise<void> {
  const holder = startProgram(program, path);
  await holder.nextLine();
  await holder.kill();
}

it('holds against worker threads of the same process', async () => {
  using session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  const file = new URL('../testing/open-in-worker.ts', import.meta.url);
  const worker = new Worker(file, { workerData: session.path, execArgv: ['--conditions=@varve/source'] });
  const [answer] = await once(worker, 'message');
  expect(answer).toBe('SESSION_LOCKED');
  expect(session.record(decisions, { summary: 'x' })).toBe(1);
});

it.each([
  [1, 50],
  [head, 10],
])(
  'lets two processes that open a file of version %d at once both succeed, %d times',
  async (version, rounds) => {
    const dir = makeTempDir();
    const programs = [startProgram('open-on-request.ts'), startProgram('open-on-request.ts')];
    const answers = () => Promise.all(programs.map((program) => program.nextLine()));
    expect(await answers()).toEqual(['ready', 'ready']);
    for (let round = 0; round < rounds; round++) {
      const path = writeFileAt(dir, version, { name: `${round}.db` });
      for (const program of programs) program.send(`${path} ${Date.now() + 20}`);
      expect(await answers()).toEqual(['ok', 'ok']);
      using session = openSession(path, { lineage });
      expect(session.sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()).toBe(head);
      expect(
        session.db
          .select()
          .from(decisions)
          .all()
          .map(({ seq }) => seq),
      ).toEqual([1, 2, 3, 4, 5]);
    }
  },
);

it('reads the header of a file whose lock is not held', () => {
  expect(readHeader(createClosed())).toMatchObject({ isWal: true });
});

it('holds two files by one lock file, each until its own lock is released', async () => {
  const [one, other] = [createClosed(), createClosed()];
  const holder = startProgram('hold-two.ts', one, other);
  expect(await holder.nextLine()).toBe('shared');
  for (const path of [one, other]) expect(lockHolder(path)).toMatchObject({ pid: holder.process.pid });
  holder.send('release the first');
  await holder.nextLine();
  openSession(one, { lineage }).close();
  expect(errorOf(() => openSession(other, { lineage, busyTimeoutMs: 50 })).code).toBe('SESSION_LOCKED');
  await holder.kill();
  openSession(other, { lineage }).close();
  for (const path of [one, other]) expect(readdirSync(dirname(path))).toHaveLength(1);
});

it('shares no lock with a file that has one, nor under a name that somebody has given to another', () => {
  const [one, other] = [createClosed(), createClosed()];
  using session = openSession(other, { lineage });
  const lock = acquireWriterLock(one);
  expect(lock.share(other)).toBeUndefined();
  expect(lockHolder(session.path)?.pid).toBe(process.pid);
  unlinkSync(`${one}-lock`);
  writeFileSync(`${one}-lock`, '');
  const third = createClosed();
  expect(lock.share(third)).toBeUndefined();
  expect(existsSync(`${third}-lock`)).toBe(false);
  lock.release();
});
