import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { durableFs } from '../file/index.ts';
import { createSession, openSession, type RecordOptions, readSession } from '../index.ts';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions } = lineage.tables;

function create(options: RecordOptions = { durability: 'process' }) {
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' }, ...options });
  onTestFinished(() => session.close());
  return session;
}

/** Sees what is forced to the disk aside, and how much of it. */
function watchSyncs(sync: (path: string) => Promise<void> = durableFs.syncAside) {
  const spy = vi.spyOn(durableFs, 'syncAside').mockImplementation(sync);
  onTestFinished(() => spy.mockRestore());
  return spy.mock.calls;
}

it('forces what was recorded to the disk soon after, many rows at once, and off the event loop', async () => {
  const session = create();
  const syncs = watchSyncs();
  for (let row = 0; row < 50; row++) session.record(decisions, { summary: 'kept' });
  expect(syncs).toEqual([]);
  await expect.poll(() => syncs).toEqual([[`${session.path}-wal`]]);
});

it.each([
  [
    'a row in a batch',
    (it: ReturnType<typeof create>) => it.batch(() => it.tryRecord(decisions, { summary: 'x' })),
  ],
  ['a row of a call', (it: ReturnType<typeof create>) => it.begin(decisions, { summary: 'x' }).end()],
  [
    'what Drizzle writes',
    (it: ReturnType<typeof create>) =>
      it.db.insert(decisions).values({ seq: 1, sessionId: it.id, summary: 'x' }).run(),
  ],
  [
    'what SQL writes',
    (it: ReturnType<typeof create>) => it.sqlite.exec("UPDATE sessions SET status = 'failed'"),
  ],
])('forces %s to the disk too', async (_, write) => {
  const session = create();
  const syncs = watchSyncs();
  write(session);
  await expect.poll(() => syncs.length).toBe(1);
});

it('waits in flush for a sync that began after the row, once for all that wait', async () => {
  const session = create();
  const finish: (() => void)[] = [];
  const syncs = watchSyncs(() => new Promise((resolve) => finish.push(resolve)));
  session.record(decisions, { summary: 'first' });
  const done: string[] = [];
  const first = session.flush().then(() => done.push('first'));
  await expect.poll(() => syncs.length).toBe(1);
  session.record(decisions, { summary: 'second' });
  const others = [session.flush(), session.flush()].map((it) => it.then(() => done.push('other')));
  finish[0]?.();
  await first;
  await expect.poll(() => syncs.length).toBe(2);
  expect(done).toEqual(['first']);
  finish[1]?.();
  await Promise.all(others);
  expect(syncs.length).toBe(2);
});

it('has a session that has no row yet on the disk too when it is told to', async () => {
  const session = create();
  const folders = vi.spyOn(durableFs, 'syncDirAside');
  onTestFinished(() => folders.mockRestore());
  await session.flush();
  expect(folders.mock.calls).toEqual([[dirname(session.path)]]);
});

it.runIf(process.platform !== 'win32')(
  'keeps the name that a session was made under until the disk has it, however it ends',
  async () => {
    const made = (it: ReturnType<typeof create>) =>
      readdirSync(dirname(it.path)).filter((name) => name.endsWith('.creating'));
    const [flushed, closed, sealed, written] = [create(), create(), create(), create()];
    expect([flushed, closed, sealed, written].map((it) => made(it).length)).toEqual([1, 1, 1, 1]);
    const names = () => [flushed, closed, sealed, written].flatMap(made).length;
    /** How many have their first name still when the disk has one of them. */
    const kept: number[] = [];
    const { syncHeld, syncHeldAside } = durableFs;
    vi.spyOn(durableFs, 'syncHeld').mockImplementation((file) => {
      syncHeld(file);
      kept.push(names());
    });
    vi.spyOn(durableFs, 'syncHeldAside').mockImplementation(async (file) => {
      await syncHeldAside(file);
      kept.push(names());
    });
    onTestFinished(() => void vi.restoreAllMocks());
    await flushed.flush();
    closed.close();
    sealed.seal(join(makeTempDir(), 'archives'));
    expect([kept, names()]).toEqual([[4, 3, 2], 1]);
    written.record(decisions, { summary: 'x' });
    await expect.poll(names).toBe(0);
    expect(kept).toEqual([4, 3, 2, 1]);
  },
);

it.runIf(process.platform !== 'win32')('keeps that name where the disk fails', async () => {
  const session = create();
  const fail = () => Object.assign(new Error('EIO'), { code: 'EIO' });
  vi.spyOn(durableFs, 'syncHeldAside').mockRejectedValue(fail());
  vi.spyOn(durableFs, 'syncHeld').mockImplementation(() => {
    throw fail();
  });
  onTestFinished(() => void vi.restoreAllMocks());
  await expect(session.flush()).rejects.toThrow();
  expect(() => session.close()).toThrow();
  expect(readdirSync(dirname(session.path)).filter((name) => name.endsWith('.creating'))).toHaveLength(1);
});

it('has a session under its name only when it is on the disk where names cannot be shared', () => {
  const link = vi.spyOn(durableFs, 'link').mockImplementation(() => {
    throw Object.assign(new Error('EPERM'), { code: 'EPERM', syscall: 'link' });
  });
  const [forced, renamed] = [vi.spyOn(durableFs, 'syncHeld'), vi.spyOn(durableFs, 'rename')];
  onTestFinished(() => void vi.restoreAllMocks());
  const session = create();
  if (process.platform !== 'win32')
    expect(Number(forced.mock.invocationCallOrder[0])).toBeLessThan(
      Number(renamed.mock.invocationCallOrder[0]),
    );
  expect([link.mock.calls.length, forced.mock.calls.length]).toEqual(
    process.platform === 'win32' ? [0, 0] : [1, 1],
  );
  expect(readdirSync(dirname(session.path)).filter((name) => name.endsWith('.creating'))).toEqual([]);
});

it('tells what the disk says, to those who wait and to onRecordError', async () => {
  const told: string[] = [];
  const session = create({ durability: 'process', onRecordError: ({ code }) => told.push(code) });
  watchSyncs(async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'fsync' });
  });
  session.record(decisions, { summary: 'x' });
  await expect(session.flush()).rejects.toMatchObject({ code: 'DISK_FULL' });
  session.record(decisions, { summary: 'x' });
  await expect.poll(() => told).toEqual(['DISK_FULL']);
});

it('has nothing to force where each commit is on the disk when it returns', async () => {
  const session = create({});
  const syncs = watchSyncs();
  session.record(decisions, { summary: 'x' });
  await session.flush();
  expect([syncs, session.sqlite.pragma('synchronous', { simple: true })]).toEqual([[], 2]);
});

it('forces what a reader keeps beside the file to the disk when it is closed', () => {
  const session = create();
  session.record(decisions, { summary: 'x' });
  using reader = readSession(session.path, { lineage });
  const synced = vi.spyOn(durableFs, 'sync');
  onTestFinished(() => synced.mockRestore());
  session.close();
  expect(existsSync(`${session.path}-wal`)).toBe(true);
  expect(synced.mock.calls).toEqual([[`${session.path}-wal`]]);
  expect(reader.db.select().from(decisions).all()).toHaveLength(1);
});

it('leaves nothing to do behind when it is closed or sealed', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const closed = create();
  closed.record(decisions, { summary: 'x' });
  expect(vi.getTimerCount()).toBe(1);
  closed.close();
  expect(vi.getTimerCount()).toBe(0);
  const sealed = openSession(closed.path, { lineage, durability: 'process' });
  sealed.record(decisions, { summary: 'x' });
  const archive = sealed.seal(join(makeTempDir(), 'archives'));
  expect(vi.getTimerCount()).toBe(0);
  expect([...readFileSync(archive).subarray(18, 20)]).toEqual([1, 1]);
});
