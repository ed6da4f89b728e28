import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import {
  createSession,
  openArchive,
  openSession,
  readSession,
  type SealOptions,
  sealArchive,
} from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, sessions } = lineage.tables;

function create(dir = makeTempDir()) {
  const session = createSession(join(dir, 'live'), { lineage, session: { agentName: 'auditor' } });
  session.record(decisions, { summary: 'kept' });
  return { session, live: join(dir, 'live'), archives: join(dir, 'archives') };
}

function readSessionRow(path: string) {
  using archive = openArchive(path, { lineage });
  return archive.db.select().from(sessions).get();
}

it('moves the file into the folder, whole, alone, read-only and out of WAL mode', () => {
  const { session, live, archives } = create();
  const archive = session.seal(archives);
  expect(archive).toBe(join(archives, basename(session.path)));
  expect(readdirSync(archives)).toEqual([basename(archive)]);
  expect(readdirSync(live)).toEqual([]);
  expect(statSync(archive).mode & 0o777).toBe(0o444);
  expect([...readFileSync(archive).subarray(18, 20)]).toEqual([1, 1]);
  using read = openArchive(archive, { lineage });
  expect(read.db.select({ summary: decisions.summary }).from(decisions).all()).toEqual([{ summary: 'kept' }]);
});

it.each<[string, SealOptions, string]>([
  ['completed unless told otherwise', {}, 'completed'],
  ['failed when told so', { status: 'failed' }, 'failed'],
])('marks the session %s, with the time it ended', (_, options, status) => {
  const { session, archives } = create();
  const row = readSessionRow(session.seal(archives, options));
  expect(row?.status).toBe(status);
  expect(row?.endedAtMs).toBeGreaterThanOrEqual(row?.startedAtMs ?? Number.NaN);
});

it('keeps the end that the agent wrote itself', () => {
  const { session, archives } = create();
  session.db.update(sessions).set({ status: 'failed', endedAtMs: 7 }).run();
  expect(readSessionRow(session.seal(archives))).toMatchObject({ status: 'failed', endedAtMs: 7 });
});

it('never writes over another archive, and leaves the session open', () => {
  const { session, archives } = create();
  mkdirSync(archives);
  writeFileSync(join(archives, basename(session.path)), 'somebody else');
  expect(errorOf(() => session.seal(archives)).code).toBe('ARCHIVE_EXISTS');
  expect(readFileSync(join(archives, basename(session.path)), 'utf8')).toBe('somebody else');
  expect(session.record(decisions, { summary: 'still open' })).toBe(2);
  session.close();
});

it('waits for no reader for ever: the session stays open and can be sealed later', () => {
  const { live, archives, session } = create();
  session.close();
  const again = openSession(session.path, { lineage, busyTimeoutMs: 50 });
  const reader = readSession(session.path, { lineage });
  expect(errorOf(() => again.seal(archives)).code).toBe('FILE_BUSY');
  expect(again.record(decisions, { summary: 'still open' })).toBe(2);
  expect(again.sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(readSessionRow(session.path)?.status).toBe('running');
  reader.close();
  expect(existsSync(again.seal(archives))).toBe(true);
  expect(readdirSync(live)).toEqual([]);
});

it('is refused inside a transaction', () => {
  const { session, archives } = create();
  session.sqlite.exec('BEGIN');
  expect(errorOf(() => session.seal(archives)).code).toBe('FILE_BUSY');
  session.sqlite.exec('COMMIT');
  session.close();
});

it('does not pass off a damaged file as an archive', () => {
  const { session, live, archives } = create();
  for (let i = 0; i < 100; i++) session.record(decisions, { summary: 'x'.repeat(3000) });
  session.close();
  const bytes = readFileSync(session.path);
  bytes.fill(0xff, bytes.length - 4096 * 3, bytes.length - 4096 * 2);
  writeFileSync(session.path, bytes);
  const damaged = openSession(session.path, { lineage });
  expect(errorOf(() => damaged.seal(archives)).code).toBe('FILE_CORRUPT');
  expect(readdirSync(archives)).toEqual([]);
  damaged.close();
  expect(readdirSync(live)).toEqual([basename(session.path)]);
});

it('cannot be opened for writing again', () => {
  const { session, archives } = create();
  const archive = session.seal(archives);
  const error = errorOf(() => openSession(archive, { lineage }));
  expect(error).toMatchObject({ code: 'FILE_READ_ONLY', hint: expect.stringContaining('openArchive') });
});

it('takes an archive that someone made writable as what it is: closed, in rollback mode', () => {
  const { session, archives } = create();
  const archive = session.seal(archives);
  chmodSync(archive, 0o644);
  using again = openSession(archive, { lineage });
  expect(again.record(decisions, { summary: 'more' })).toBe(2);
});

it('copies to another file system, and never has half a file under the name', (context) => {
  const other = '/dev/shm';
  const dir = makeTempDir();
  if (!existsSync(other) || statSync(other).dev === statSync(dir).dev) {
    context.skip('/dev/shm is not another file system here');
  }
  const { session, live } = create(dir);
  const archives = makeTempDir(other);
  const archive = session.seal(archives);
  expect(readdirSync(archives)).toEqual([basename(archive)]);
  expect(readdirSync(live)).toEqual([]);
  expect(statSync(archive).mode & 0o777).toBe(0o444);
  const sqlite = new Database(archive, { readonly: true });
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  sqlite.close();
});

it('seals a file in place, takes back the right to write it that its mode did not give, and waits for no writer', () => {
  const { session } = create();
  expect(errorOf(() => sealArchive(session.path, { lineage }))).toMatchObject({ code: 'SESSION_LOCKED' });
  session.close();
  chmodSync(session.path, 0o440);
  expect(sealArchive(session.path, { lineage })).toBe(true);
  expect(statSync(session.path).mode & 0o777).toBe(0o440);
  expect([...readFileSync(session.path).subarray(18, 20)]).toEqual([1, 1]);
  expect(sealArchive(session.path, { lineage })).toBe(false);
  expect(readSessionRow(session.path)?.status).toBe('running');
  expect(readdirSync(dirname(session.path))).toEqual([basename(session.path)]);
});
