import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { durableFs } from '../file/index.ts';
import { openArchive, readSession, recoverSessions } from '../index.ts';
import { failNthOperation } from '../testing/failing-fs.ts';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { finishSeals, LiveSessions } from './live-sessions.ts';

const { decisions, sessions, toolCalls } = lineage.tables;

function start(options: { durability?: 'power' } = {}) {
  const dir = makeTempDir();
  const errors: string[] = [];
  const onRecordError = ({ code }: { code: string }) => void errors.push(code);
  const live = new LiveSessions({ dir, lineage, onRecordError, ...options });
  onTestFinished(() => {
    live.endAll();
    finishSeals();
  });
  const session = live.open('a', () => ({ agentName: 'x' }));
  if (!session) throw new Error('no session');
  return { dir, live, session, errors, archives: () => readArchives(join(dir, 'archives')) };
}

function readArchives(dir: string) {
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.db')) : [];
  return names.map((name) => {
    using archive = openArchive(join(dir, name), { lineage });
    expect(archive.plan.copy).toBe('none');
    return {
      status: archive.db.select().from(sessions).get()?.status,
      told: archive.db
        .select()
        .from(decisions)
        .all()
        .map(({ summary }) => summary),
      calls: archive.db
        .select()
        .from(toolCalls)
        .all()
        .map(({ status }) => status),
    };
  });
}

/** What another process would see. */
function seen(path: string): (string | null)[] {
  using reader = readSession(path, { lineage });
  return reader.db
    .select()
    .from(decisions)
    .all()
    .map(({ summary }) => summary);
}

const nextTurn = () => new Promise(setImmediate);

it.each([
  ['never waits for the disk where a framework tells of events', {}, 1],
  ['waits for the disk where it is told to', { durability: 'power' } as const, 2],
])('%s', (_, options, synchronous) => {
  const { session } = start(options);
  expect(session.sqlite.pragma('synchronous', { simple: true })).toBe(synchronous);
});

it('commits what is told in one turn of the event loop together, before anything else happens', async () => {
  const { session } = start();
  const commits = vi.spyOn(session.sqlite, 'prepare');
  for (const summary of ['a', 'b', 'c']) session.tryRecord(decisions, { summary });
  expect(seen(session.path)).toEqual([]);
  await nextTurn();
  expect(seen(session.path)).toEqual(['a', 'b', 'c']);
  expect(commits.mock.calls.filter(([sql]) => sql === 'COMMIT')).toHaveLength(1);
});

it.each([
  ['the begin of a call', (it) => it.begin(toolCalls, { toolName: 'pay' })],
  ['the begin of a call in a batch', (it) => it.batch(() => it.begin(toolCalls, { toolName: 'pay' }))],
  ['a row that is recorded by hand', (it) => it.record(decisions, { summary: 'second' })],
  ['who takes the connection', (it) => it.sqlite],
  ['who waits for the disk', (it) => it.flush()],
] as [string, (session: ReturnType<typeof start>['session']) => unknown][])(
  'commits for %s at once, with what was told before',
  async (_, work) => {
    const { session } = start();
    session.tryRecord(decisions, { summary: 'first' });
    await work(session);
    expect(seen(session.path)[0]).toBe('first');
  },
);

it('leaves a transaction alone that somebody began on the connection', () => {
  const { session } = start();
  const work = () => {
    session.record(decisions, { summary: 'taken back' });
    session.batch(() => session.begin(toolCalls, { toolName: 'pay' }));
    throw new Error('on purpose');
  };
  expect(() => session.sqlite.transaction(work)()).toThrow('on purpose');
  expect(seen(session.path)).toEqual([]);
});

it('keeps of a turn what a batch that throws did not tell', async () => {
  const { session } = start();
  session.tryRecord(decisions, { summary: 'before' });
  const batch = () => {
    session.tryRecord(decisions, { summary: 'taken back' });
    throw new Error('on purpose');
  };
  expect(() => session.batch(batch)).toThrow('on purpose');
  session.tryRecord(decisions, { summary: 'after' });
  await nextTurn();
  expect(seen(session.path)).toEqual(['before', 'after']);
});

it('tells of rows that could not be committed, and goes on with the next', async () => {
  const { session, errors, live, archives } = start();
  session.batch(() => {
    session.sqlite.pragma('defer_foreign_keys = ON');
    session.tryRecord(toolCalls, { toolName: 'x', status: 'ok', startedAtMs: 1, decisionSeq: 99 });
  });
  await nextTurn();
  expect(errors).toHaveLength(1);
  session.tryRecord(decisions, { summary: 'next' });
  live.end('a', 'completed');
  await live.flush();
  expect(archives()).toEqual([{ status: 'completed', told: ['next'], calls: [] }]);
});

it('seals a session that has ended without waiting for the disk on the event loop', async () => {
  const { live, session, archives, dir, errors } = start();
  session.tryRecord(decisions, { summary: 'kept' });
  session.begin(toolCalls, { toolName: 'pay' });
  const forced = [vi.spyOn(durableFs, 'sync'), vi.spyOn(durableFs, 'syncHeld')];
  onTestFinished(() => forced.forEach((spy) => void spy.mockRestore()));
  live.end('a', 'failed');
  expect([session.isOpen, archives()]).toEqual([false, []]);
  await live.flush();
  expect(archives()).toEqual([{ status: 'failed', told: ['kept'], calls: ['interrupted'] }]);
  expect(readdirSync(dir)).toEqual(['archives']);
  expect([forced.map((spy) => spy.mock.calls.length), errors]).toEqual([[0, 0], []]);
});

it('has made the archive when what ending a session returns resolves', async () => {
  const { live, session, archives } = start();
  session.tryRecord(decisions, { summary: 'kept' });
  await live.end('a', 'completed');
  expect(archives()).toEqual([{ status: 'completed', told: ['kept'], calls: [] }]);
});

it('holds up who ends more sessions at once than the disk can follow', async () => {
  const { live, archives, errors } = start();
  for (let at = 0; at < 110; at++) live.open(`s${at}`, () => ({ agentName: 'x' }));
  for (let at = 0; at < 110; at++) live.end(`s${at}`, 'completed');
  expect(archives()).toHaveLength(10);
  await live.flush();
  expect([archives().length, errors]).toEqual([110, []]);
});

it('waits for a reader of the file, but not who ends it, and seals when that is gone', async () => {
  const { live, session, archives, dir, errors } = start();
  session.tryRecord(decisions, { summary: 'kept' });
  await nextTurn();
  const reader = readSession(session.path, { lineage });
  expect(reader.db.select().from(decisions).all()).toHaveLength(1);
  await live.end('a', 'completed');
  expect([existsSync(session.path), archives()]).toEqual([true, []]);
  expect(seen(session.path)).toEqual(['kept']);
  reader.close();
  await live.flush();
  expect([archives(), readdirSync(dir), errors]).toEqual([
    [{ status: 'completed', told: ['kept'], calls: [] }],
    ['archives'],
    [],
  ]);
});

it('is whole for whoever finds it between the copy into the file and the end of its WAL', async () => {
  const { live, session, dir } = start();
  session.tryRecord(decisions, { summary: 'kept' });
  await session.flush();
  const left = makeTempDir();
  const { overwriteHeld } = durableFs;
  onTestFinished(() => void Object.assign(durableFs, { overwriteHeld }));
  durableFs.overwriteHeld = (...args) => {
    overwriteHeld(...args);
    for (const name of readdirSync(dir).filter((it) => /\.db(-wal)?$/.test(it)))
      copyFileSync(join(dir, name), join(left, name));
  };
  await live.end('a', 'completed');
  expect(readdirSync(left)).toHaveLength(2);
  expect(seen(join(left, basename(session.path)))).toEqual(['kept']);
  const archiveDir = join(left, 'archives');
  expect(recoverSessions(left, { lineage, archiveDir }).failed).toEqual([]);
  expect(readArchives(archiveDir)).toEqual([{ status: 'completed', told: ['kept'], calls: [] }]);
});

it('leaves a session that a reader holds at the end of the process as it ended', async () => {
  const { live, session, archives, dir, errors } = start();
  session.tryRecord(decisions, { summary: 'kept' });
  await nextTurn();
  const reader = readSession(session.path, { lineage });
  live.end('a', 'completed');
  finishSeals();
  expect(errors).toEqual(['FILE_BUSY']);
  reader.close();
  expect(recoverSessions(dir, { lineage, archiveDir: join(dir, 'archives') }).failed).toEqual([]);
  expect(archives()).toEqual([{ status: 'completed', told: ['kept'], calls: [] }]);
});

it.each([
  ['is killed in a call', 'interrupted', 'interrupted'],
  ['is killed a turn later', 'interrupted', 'ok'],
  ['is killed when the session has ended', 'completed', 'ok'],
  ['exits before the session has ended', 'interrupted', 'ok'],
  ['exits when the session has ended', 'completed', 'ok'],
  ['throws when the session has ended', 'completed', 'ok'],
  ['ends by itself', 'completed', 'ok'],
])('loses no row of a process that %s', (ending, status, call) => {
  const dir = makeTempDir();
  const program = new URL('../testing/live-program.ts', import.meta.url).pathname;
  const flags = ['--conditions=@varve/source', '--disable-warning=ExperimentalWarning'];
  spawnSync(process.execPath, [...flags, program, dir, ending], { encoding: 'utf8' });
  const archiveDir = join(dir, 'archives');
  const isKilled = ending.startsWith('is killed');
  expect(readArchives(archiveDir)).toHaveLength(isKilled ? 0 : 1);
  if (isKilled) expect(recoverSessions(dir, { lineage, archiveDir }).failed).toEqual([]);
  expect(readArchives(archiveDir)).toEqual([{ status, told: ['told before the call'], calls: [call] }]);
  expect(readdirSync(dir)).toEqual(['archives']);
});

it.each([
  ['EIO', 'once'],
  ['EIO', 'from then on'],
  ['ENOSPC', 'from then on'],
] as const)('loses nothing whichever operation fails with %s, %s, while it is sealed', async (code, mode) => {
  let n = 0;
  for (let isFailing = true; isFailing; ) {
    n++;
    const { dir, live, session, archives } = start();
    session.tryRecord(decisions, { summary: 'kept' });
    await session.flush();
    const faults = failNthOperation(n, code, mode);
    live.end('a', 'failed');
    await live.flush();
    faults.restore();
    isFailing = faults.hasFailed();
    const { failed, live: held } = recoverSessions(dir, { lineage, archiveDir: join(dir, 'archives') });
    expect([failed, held]).toEqual([[], []]);
    expect(archives()).toMatchObject([{ told: ['kept'] }]);
    expect(readdirSync(dir)).toEqual(['archives']);
  }
  expect(n).toBeGreaterThan(8);
});
