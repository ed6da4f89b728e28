import { copyFileSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { durableFs, workFile } from '../file/index.ts';
import { createSession, openArchive, openSession, recoverSessions } from '../index.ts';
import { describeFolder } from '../testing/folder.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { startProgram } from '../testing/run-program.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, sessions } = lineage.tables;

function makeDirs() {
  const dir = makeTempDir();
  const [live, archiveDir] = [join(dir, 'live'), join(dir, 'archives')];
  mkdirSync(live);
  return { live, archiveDir };
}

function readSession(path: string) {
  using archive = openArchive(path, { lineage });
  return {
    session: archive.db.select().from(sessions).get(),
    rows: archive.db.select().from(decisions).all().length,
  };
}

it('seals what a killed writer left, as interrupted when it last wrote, with every row', async () => {
  const { live, archiveDir } = makeDirs();
  const { path } = closed(createSession(live, { lineage, session: { agentName: 'x' } }));
  const writer = startProgram('hold-session.ts', path, 'record');
  let lastSeq = await writer.nextLine();
  for (let line = 0; line < 20; line++) lastSeq = await writer.nextLine();
  await writer.kill();
  const recovery = recoverSessions(live, { lineage, archiveDir });
  expect(recovery).toEqual({ sealed: [join(archiveDir, basename(path))], live: [], failed: [] });
  const { session, rows } = readSession(recovery.sealed[0] ?? '');
  expect(rows).toBeGreaterThanOrEqual(Number(lastSeq));
  expect(session?.status).toBe('interrupted');
  expect(Date.now() - (session?.endedAtMs ?? 0)).toBeLessThan(60_000);
  expect(readdirSync(live)).toEqual([]);
});

it('leaves live sessions alone, of this process and of others', async () => {
  const { live, archiveDir } = makeDirs();
  using own = createSession(live, { lineage, session: { id: 'a', agentName: 'x' } });
  const other = closed(createSession(live, { lineage, session: { id: 'b', agentName: 'x' } }));
  const holder = startProgram('hold-session.ts', other.path);
  await holder.nextLine();
  expect(recoverSessions(live, { lineage, archiveDir })).toEqual({
    sealed: [],
    failed: [],
    live: [
      { path: own.path, pid: process.pid },
      { path: other.path, pid: holder.process.pid },
    ],
  });
  expect(own.record(decisions, { summary: 'still writing' })).toBe(1);
});

it('brings an old session to head before it seals it, and keeps an end that was written', () => {
  const { live, archiveDir } = makeDirs();
  writeFileAt(live, 1, { sql: `UPDATE sessions SET status = 'failed', ended_at_ms = 5` });
  const { sealed } = recoverSessions(live, { lineage, archiveDir });
  expect(readSession(sealed[0] ?? '')).toMatchObject({
    session: { status: 'failed', endedAtMs: 5 },
    rows: 3,
  });
});

it('finishes a seal that was cut short before the move, and one cut short in it', () => {
  const { live, archiveDir } = makeDirs();
  for (const [name, agentName] of [
    ['before', 'x'],
    ['within', 'y'],
    ['copied', 'z'],
  ] as const) {
    const archive = createSession(live, { lineage, session: { id: name, agentName } }).seal(archiveDir);
    const path = join(live, basename(archive));
    if (name === 'copied') copyFileSync(archive, path);
    else linkSync(archive, path);
  }
  const before = describeFolder(archiveDir);
  const { sealed, failed } = recoverSessions(live, { lineage, archiveDir });
  expect(failed).toEqual([]);
  expect(sealed).toHaveLength(3);
  expect(readdirSync(live)).toEqual([]);
  expect(Object.keys(describeFolder(archiveDir))).toEqual(Object.keys(before));
});

it('reports what it cannot seal, leaves it as it was, and goes on', () => {
  const { live, archiveDir } = makeDirs();
  writeFileSync(join(live, 'empty.db'), '');
  writeFileSync(join(live, 'notes.db'), 'these are notes');
  writeFileAt(live, head, {
    name: 'ahead.db',
    sql: `INSERT INTO __drizzle_migrations VALUES (NULL, 'unknown', 99)`,
  });
  writeFileAt(live, head, { name: 'good.db' });
  writeFileSync(join(live, 'other.txt'), 'not ours');
  const { good: _, ...bad } = describeFolder(live);
  const { sealed, failed } = recoverSessions(live, { lineage, archiveDir });
  expect(sealed.map((path) => basename(path))).toEqual(['good.db']);
  expect(failed.map(({ path, error }) => [basename(path), error.code])).toEqual([
    ['ahead.db', 'VERSION_AHEAD'],
    ['empty.db', 'FILE_EMPTY'],
    ['notes.db', 'FILE_NOT_A_DATABASE'],
  ]);
  delete bad['good.db'];
  expect(describeFolder(live)).toEqual(bad);
});

it('does not seal over another archive of the same name', () => {
  const { live, archiveDir } = makeDirs();
  mkdirSync(archiveDir);
  writeFileSync(join(archiveDir, 'v5.db'), 'somebody else');
  const path = writeFileAt(live, head, { name: 'v5.db' });
  expect(recoverSessions(live, { lineage, archiveDir })).toMatchObject({
    sealed: [],
    failed: [{ path, error: { code: 'ARCHIVE_EXISTS' } }],
  });
  expect(readdirSync(live)).toEqual(['v5.db']);
});

it('removes half-made sessions and dead locks', () => {
  const { live, archiveDir } = makeDirs();
  writeFileSync(workFile(join(live, 'gone.db'), 'creating'), 'half');
  // Of another user, or another machine.
  writeFileSync(join(live, '.other.db.0123456789abcdef.creating'), 'half');
  writeFileSync(join(live, 'gone.db-lock'), '');
  expect(recoverSessions(live, { lineage, archiveDir })).toEqual({ sealed: [], live: [], failed: [] });
  expect(readdirSync(live)).toEqual([]);
});

/** Under both names, as a file has them that the disk may not have yet. */
function makeNew(path: string, bytes: string) {
  const work = workFile(path, 'creating');
  writeFileSync(work, bytes);
  linkSync(work, path);
}

it.each([
  ['no bytes', ''],
  ['zeros', '\0'.repeat(5000)],
  ['part of a header', 'SQLite format 3\0 and no more'],
])('removes a new session that a power failure left as %s', (_, bytes) => {
  const { live, archiveDir } = makeDirs();
  makeNew(join(live, 'new.db'), bytes);
  writeFileSync(join(live, 'new.db-wal'), '');
  expect(recoverSessions(live, { lineage, archiveDir })).toEqual({ sealed: [], live: [], failed: [] });
  expect(readdirSync(live)).toEqual([]);
});

it('keeps what may be rows beside a new session that a power failure left empty', () => {
  const { live, archiveDir } = makeDirs();
  makeNew(join(live, 'new.db'), '');
  writeFileSync(join(live, 'new.db-wal'), 'rows');
  const { failed } = recoverSessions(live, { lineage, archiveDir });
  expect(failed).toMatchObject([{ error: { code: 'FILE_EMPTY' } }]);
  expect(readdirSync(live)).toEqual(['new.db', 'new.db-wal']);
});

it.runIf(process.platform !== 'win32')(
  'seals, or goes on with, a session whose writer was killed before the disk had it',
  () => {
    const { live, archiveDir } = makeDirs();
    for (const id of ['recovered', 'opened']) {
      const { path } = closed(createSession(live, { lineage, session: { id, agentName: 'x' } }));
      linkSync(path, workFile(path, 'creating'));
    }
    const forced = vi.spyOn(durableFs, 'syncHeld');
    onTestFinished(() => void vi.restoreAllMocks());
    closed(openSession(join(live, 'opened.db'), { lineage }));
    expect(forced).toHaveBeenCalled();
    expect(readdirSync(live)).not.toContain(basename(workFile(join(live, 'opened.db'), 'creating')));
    expect(recoverSessions(live, { lineage, archiveDir }).sealed).toHaveLength(2);
    expect(readdirSync(live)).toEqual([]);
  },
);

it('says when there is no such folder', () => {
  const { live, archiveDir } = makeDirs();
  expect(() => recoverSessions(join(live, 'none'), { lineage, archiveDir })).toThrow(
    expect.objectContaining({ code: 'FILE_NOT_FOUND' }),
  );
});

function closed(session: ReturnType<typeof openSession<typeof lineage.tables>>) {
  session.close();
  return session;
}
