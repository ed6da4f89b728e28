import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineLineage, lineageAt } from '@varve/migrations';
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { expect, expectTypeOf, it, vi } from 'vitest';
import { type Archive, createSession, openArchive } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { startProgram } from '../testing/run-program.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, findings, sessions, toolCalls } = lineage.tables;

/** The same migrations, with one more at the beginning of the end that no lens can express. */
const replayed = defineLineage({
  ...lineage,
  migrations: [
    ...lineage.migrations,
    {
      name: '0005_search',
      sql: `CREATE VIRTUAL TABLE search USING fts5(summary, content = 'decisions', content_rowid = 'seq');
        INSERT INTO search (search) VALUES ('rebuild');`,
      createdAtMs: 1_700_000_001_000,
    },
  ],
});

type HistoryArchive = Archive<typeof lineage.tables>;

/** Every kind of question that can be put to an archive. */
function readEverything(archive: HistoryArchive): number {
  const rows = archive.db.select().from(decisions).all();
  expect(archive.db.query.sessions.findFirst({ with: { decisions: true } }).sync()?.decisions).toEqual(rows);
  expect(archive.db.select().from(sessions).get()?.agentName).toBe('old agent');
  expect(archive.db.select().from(toolCalls).where(eq(toolCalls.toolName, 'x')).all()).toEqual([]);
  expect(archive.db.select().from(findings).all()).toEqual([]);
  expect(archive.sqlite.prepare('SELECT count(*) FROM decisions ORDER BY 1').pluck().get()).toBe(rows.length);
  expect(() => archive.sqlite.exec(`INSERT INTO marks VALUES (1, 'x')`)).toThrow(/readonly|is a view/);
  expect(() => archive.sqlite.exec('CREATE TABLE more (x)')).toThrow(/readonly/);
  return rows.length;
}

function leaveWal(path: string, sql: string): void {
  // A writer that dies: its process is gone without closing the file.
  const program = `
    const Database = require('better-sqlite3');
    const sqlite = new Database(process.argv[1]);
    sqlite.pragma('journal_mode = WAL');
    sqlite.exec(process.argv[2]);
    process.kill(process.pid, 'SIGKILL');`;
  try {
    execFileSync(process.execPath, ['-e', program, path, sql], { cwd: import.meta.dirname });
  } catch {
    expect(readdirSync(join(path, '..'))).toContain(`${path.split('/').at(-1)}-wal`);
  }
}

const extraRow = `INSERT INTO decisions (seq, session_id, summary, decided_at_ms) VALUES (99, 's1', 'late', 1)`;

it.each([
  ['at head', head, 'identity'],
  ['two migrations behind', head - 2, 'lens'],
  ['at its first version', 1, 'lens'],
])('reads a sealed file %s in place, and leaves no trace', (_, version, strategy) => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, version);
  chmodSync(path, 0o444);
  utimesSync(path, 1, 1);
  const before = describeFolder(dir);
  const archive = openArchive(path, { lineage });
  expect(archive).toMatchObject({ path, version, plan: { strategy, copy: 'none' } });
  expect(archive.plan.tables.map(({ name }) => name)).toContain('findings');
  expect(readEverything(archive)).toBe(3);
  expect(describeFolder(dir)).toEqual(before);
  archive.close();
  expect(describeFolder(dir)).toEqual(before);
});

it('replays on a copy in memory what no lens can express, and says why', () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 2);
  const before = describeFolder(dir);
  using archive = openArchive(path, { lineage: replayed });
  expect(archive).toMatchObject({ version: 2, plan: { strategy: 'replayed', copy: 'memory' } });
  expect(archive.plan.why).toMatch(/^0005_search: /);
  expect(archive.plan.tables[0]).toMatchObject({ strategy: 'replayed' });
  expect(readEverything(archive)).toBe(3);
  expect(archive.sqlite.prepare(`SELECT count(*) FROM search('decision')`).pluck().get()).toBe(3);
  expect(describeFolder(dir)).toEqual(before);
});

it('replays a large file on a copy on the disk, of which nothing is left', () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 2, {
    sql: `CREATE TABLE IF NOT EXISTS ballast (x); INSERT INTO ballast VALUES (zeroblob(40000000))`,
  });
  vi.stubEnv('TMPDIR', makeTempDir());
  const before = describeFolder(dir);
  const archive = openArchive(path, { lineage: replayed });
  expect(archive.plan).toMatchObject({ strategy: 'replayed', copy: 'file' });
  expect(readEverything(archive)).toBe(3);
  archive.close();
  expect(describeFolder(dir)).toEqual(before);
  expect(readdirSync(tmpdir())).toEqual([]);
  vi.unstubAllEnvs();
});

it.each([1, head])(
  'reads what a killed writer left in the WAL of a file of version %d, and touches nothing',
  (version) => {
    const dir = makeTempDir();
    const path = writeFileAt(dir, version);
    leaveWal(path, extraRow);
    const before = describeFolder(dir);
    expect(Object.keys(before)).toHaveLength(3);
    using archive = openArchive(path, { lineage });
    expect(archive.plan.copy).toBe('file');
    expect(readEverything(archive)).toBe(4);
    expect(describeFolder(dir)).toEqual(before);
  },
);

it('reads a session that was closed but not sealed, and leaves no trace', () => {
  const dir = makeTempDir();
  const session = createSession(dir, { lineage, session: { agentName: 'old agent' } });
  session.record(decisions, { summary: 'x' });
  session.close();
  const before = describeFolder(dir);
  using archive = openArchive(session.path, { lineage });
  expect(archive.plan).toMatchObject({ strategy: 'identity', copy: 'memory' });
  expect(readEverything(archive)).toBe(1);
  expect(describeFolder(dir)).toEqual(before);
});

it('reads half a transaction that a crash left in a rollback journal as if it had not begun', () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, head, { decisions: 2000 });
  const program = `
    const sqlite = new (require('better-sqlite3'))(process.argv[1]);
    sqlite.exec("PRAGMA cache_size = 5; BEGIN; UPDATE decisions SET summary = hex(randomblob(100))");
    process.kill(process.pid, 'SIGKILL');`;
  expect(() => execFileSync(process.execPath, ['-e', program, path], { cwd: import.meta.dirname })).toThrow();
  const before = describeFolder(dir);
  expect(Object.keys(before)).toContain(`v${head}.db-journal`);
  using archive = openArchive(path, { lineage });
  const rows = archive.db.select().from(decisions).all();
  expect(rows.map(({ summary }) => summary).filter((it) => !it.startsWith('decision '))).toEqual([]);
  expect(rows).toHaveLength(2000);
  expect(describeFolder(dir)).toEqual(before);
});

it('reads a session that this process is writing, and leaves the writer its locks', (context) => {
  using session = createSession(makeTempDir(), { lineage, session: { agentName: 'old agent' } });
  session.record(decisions, { summary: 'x' });
  const before = locksOn(session.path);
  using archive = openArchive(session.path, { lineage });
  session.record(decisions, { summary: 'y' });
  expect(readEverything(archive)).toBe(1);
  if (before.length === 0) context.skip('this system does not tell its locks');
  expect(locksOn(session.path)).toEqual(before);
});

/** The locks that the operating system has on a file: closing it anywhere in the process would drop the process's. */
function locksOn(path: string): string[] {
  const { ino } = statSync(path);
  const locks = existsSync('/proc/locks') ? readFileSync('/proc/locks', 'utf8').split('\n') : [];
  return locks.filter((line) => line.includes(`:${ino} `)).map((line) => line.replace(/^\d+: /, ''));
}

it('reads a session that another process is writing', async () => {
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'old agent' } });
  session.close();
  const writer = startProgram('hold-session.ts', session.path, 'record');
  for (let line = 0; line < 5; line++) await writer.nextLine();
  using archive = openArchive(session.path, { lineage });
  expect(readEverything(archive)).toBeGreaterThanOrEqual(4);
});

it('reads from a folder that cannot be written, every kind of file that needs no copy beside it', (context) => {
  const dir = makeTempDir();
  const medium = join(dir, 'medium');
  mkdirSync(medium);
  for (const version of [1, head]) writeFileAt(medium, version);
  const wal = createSession(medium, { lineage, session: { id: 'wal', agentName: 'old agent' } });
  wal.close();
  if (!makeReadOnly(medium)) context.skip('read-only mounts are not allowed here');
  try {
    expect(() => new Database(join(medium, 'new.db')).exec('CREATE TABLE x (y)')).toThrow();
    for (const name of readdirSync(medium)) {
      using archive = openArchive(join(medium, name), { lineage });
      expect(readEverything(archive)).toBe(name === 'wal.db' ? 0 : 3);
    }
  } finally {
    execFileSync('umount', [medium]);
  }
});

/** Root may write anywhere, but not into a read-only mount. */
function makeReadOnly(dir: string): boolean {
  try {
    execFileSync('mount', ['--bind', dir, dir], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'remount,ro,bind', dir], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it('follows a link to the file, and its leftovers', () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1);
  leaveWal(path, extraRow);
  symlinkSync(path, join(dir, 'link.db'));
  using archive = openArchive(join(dir, 'link.db'), { lineage });
  expect(readEverything(archive)).toBe(4);
});

it('refuses a newer file, unless asked and all that head knows is still there', () => {
  const path = writeFileAt(makeTempDir(), head);
  const older = defineLineage({ ...lineage, migrations: lineageAt(lineage, 3).migrations });
  expect(errorOf(() => openArchive(path, { lineage: older })).code).toBe('VERSION_AHEAD');
  using archive = openArchive(path, { lineage: older, newer: 'additive' });
  expect(archive).toMatchObject({ version: head, plan: { strategy: 'identity', copy: 'none' } });
  expect(archive.plan.why).toMatch(/2 migration\(s\) newer/);
  expect(archive.db.select().from(decisions).all()).toHaveLength(3);
});

it('names what a newer file no longer has', () => {
  const path = writeFileAt(makeTempDir(), head);
  const oldest = defineLineage({ ...lineage, migrations: lineageAt(lineage, 1).migrations });
  const error = errorOf(() => openArchive(path, { lineage: oldest, newer: 'additive' }));
  expect(error).toMatchObject({ code: 'VERSION_AHEAD', details: { missing: ['sessions.agent'] } });
});

it.each([
  ['lacks a table', 'DROP TABLE decisions', ['decisions']],
  ['has other columns', 'ALTER TABLE outputs RENAME COLUMN kind TO sort', ['outputs']],
  ['has another type', 'DROP TABLE outputs; CREATE TABLE outputs (seq text)', ['outputs']],
  ['has a table of a later version', 'CREATE TABLE marks (id integer)', ['marks']],
])('refuses a file that %s, whatever its ledger says', (_, sql, tables) => {
  const path = writeFileAt(makeTempDir(), 2, { sql });
  const error = errorOf(() => openArchive(path, { lineage }));
  expect(error).toMatchObject({ code: 'SCHEMA_MISMATCH', details: { version: 2, tables } });
});

it('does not mind how a table is written, nor tables of others', () => {
  const sql = `CREATE TABLE litestream (id); ALTER TABLE outputs RENAME TO o; ALTER TABLE o RENAME TO outputs`;
  using archive = openArchive(writeFileAt(makeTempDir(), 2, { sql }), { lineage });
  expect(archive.db.select().from(decisions).all()).toHaveLength(3);
});

it('calls no function that a stranger put into the schema', () => {
  const sql = `CREATE VIEW trap AS SELECT load_extension('x')`;
  using archive = openArchive(writeFileAt(makeTempDir(), head, { sql }), { lineage });
  expect(() => archive.sqlite.prepare('SELECT * FROM trap').all()).toThrow(
    /unsafe use|not authorized|no such function/,
  );
  expect(archive.sqlite.pragma('trusted_schema', { simple: true })).toBe(0);
});

it('is typed at head', () => {
  using archive = openArchive(writeFileAt(makeTempDir(), 1), { lineage });
  const row = archive.db.select({ severity: findings.severity }).from(findings).get();
  expectTypeOf(row).toEqualTypeOf<{ severity: 'low' | 'high' } | undefined>();
  expect(statSync(archive.path).isFile()).toBe(true);
});
