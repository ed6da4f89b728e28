import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { expect, expectTypeOf, it } from 'vitest';
import { createSession, openArchive, openSession, readSession } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { history } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, findings, marks, messages, outputs, sessions, toolCalls } = history.tables;
const lineage = history;

function create() {
  return createSession(join(makeTempDir(), 'live'), { lineage, session: { agentName: 'auditor' } });
}

it('names the file after the session, which is in it from the start', () => {
  using session = create();
  expect(session.path.endsWith(`/live/${session.id}.db`)).toBe(true);
  expect(session.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  const row = session.db.query.sessions.findFirst().sync();
  expect(row).toMatchObject({ id: session.id, agentName: 'auditor', status: 'running', endedAtMs: null });
});

it('commits durably, in WAL mode, with foreign keys on', () => {
  using session = create();
  const pragma = (name: string) => session.sqlite.pragma(name, { simple: true });
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1]);
});

it('gives rows of all timeline tables one sequence, also after it was opened again', () => {
  const session = create();
  expect(session.record(decisions, { summary: 'a' })).toBe(1);
  expect(session.record(outputs, { kind: 'text', content: 'b' })).toBe(2);
  expect(session.record(findings, { title: 'c' })).toBe(3);
  session.close();
  using again = openSession(session.path, { lineage });
  expect(again.record(decisions, { summary: 'd' })).toBe(4);
  expect(again.db.select().from(findings).all()).toEqual([
    { seq: 3, sessionId: again.id, title: 'c', severity: 'low', foundAtMs: null },
  ]);
});

it('goes on counting after rows that plain Drizzle wrote', () => {
  using session = create();
  const sessionId = session.id ?? '';
  session.record(decisions, { summary: 'a' });
  for (const seq of [2, 3, 4])
    session.db.insert(decisions).values({ seq, sessionId, summary: 'Drizzle' }).run();
  expect(errorOf(() => session.record(decisions, { summary: 'b' })).code).toBe('ROW_INVALID');
  expect(session.record(decisions, { summary: 'b' })).toBe(5);
});

it('returns the key of any table, typed', () => {
  using session = create();
  const mark = session.record(marks, { label: 'x' });
  expect(mark).toBe(1);
  expect(session.record(marks, { id: 7, label: 'y' })).toBe(7);
  expectTypeOf(mark).toEqualTypeOf<number>();
  expectTypeOf(session.record<typeof sessions>).returns.toEqualTypeOf<string>();
});

it('types what it takes and what it gives from the lineage', () => {
  using session = create();
  expectTypeOf(session.db.query.findings.findFirst().sync).returns.toMatchTypeOf<
    { severity: 'low' | 'high' } | undefined
  >();
  // @ts-expect-error the title is missing
  expect(() => session.record(findings, {})).toThrow(VarveError);
  // @ts-expect-error the session fills it
  expect(() => session.record(findings, { title: 'x', seq: 1 })).toThrow('is filled by the session');
});

interface Found {
  readonly path: string;
  readonly lines: readonly number[];
  readonly owner?: { readonly name: string };
}

it('takes interfaces, read-only arrays and unknown values in JSON columns', () => {
  using session = create();
  const found: Found = { path: '/a', lines: [1, 2], owner: { name: 'x' } };
  const unknown: unknown = found;
  const alternatives = [{ summary: 'wait' }] as const;
  session.record(toolCalls, {
    toolName: 'a',
    status: 'ok',
    arguments: unknown,
    result: found,
    metadata: found,
  });
  session.record(decisions, { summary: 'a', alternatives });
  session.record(messages, {
    role: 'user',
    parts: [
      { type: 'text', content: 'hi' },
      { type: 'found', found },
    ],
  });
  // @ts-expect-error a part has a type
  expect(() => session.record(messages, { role: 'user', parts: [{ content: 'hi' }] })).toThrow(
    /parts\[0\]\.type/,
  );
  // @ts-expect-error an alternative has a summary
  expect(() => session.record(decisions, { summary: 'a', alternatives: [{}] })).toThrow(/alternatives\[0\]/);
  // @ts-expect-error a record is an object
  expect(() => session.record(messages, { role: 'user', parts: [], metadata: 7 })).toThrow(/metadata/);
  expect(session.db.select().from(toolCalls).all()).toMatchObject([{ arguments: found, result: found }]);
  expect(session.db.select().from(messages).all()).toMatchObject([{ parts: [{ type: 'text' }, { found }] }]);
});

it('keeps a JSON null where a column must not be NULL', () => {
  using session = create();
  session.record(outputs, { kind: 'json', content: null });
  expect(session.sqlite.prepare('SELECT content FROM outputs').pluck().get()).toBe('null');
  expect(session.db.select().from(outputs).all()).toMatchObject([{ content: null }]);
});

it('runs relational queries', () => {
  using session = create();
  const decisionSeq = session.record(decisions, { summary: 'look' });
  session.record(toolCalls, { toolName: 'read', status: 'ok', decisionSeq });
  const found = session.db.query.decisions.findMany({ with: { toolCalls: true } }).sync();
  expect(found).toMatchObject([{ summary: 'look', toolCalls: [{ toolName: 'read', seq: 2 }] }]);
});

it('lets live readers see what has been recorded, and not write', () => {
  using session = create();
  using reader = readSession(session.path, { lineage });
  expect(reader.db.select().from(decisions).all()).toEqual([]);
  session.record(decisions, { summary: 'now' });
  expect(reader.db.select({ summary: decisions.summary }).from(decisions).all()).toEqual([
    { summary: 'now' },
  ]);
  expect(() => reader.sqlite.exec('DELETE FROM decisions')).toThrow(/readonly/);
  // @ts-expect-error readers cannot write
  expect(() => reader.db.delete(decisions).run()).toThrow(/readonly/);
});

it('is one transaction when several rows belong together', () => {
  using session = create();
  const recordBoth = session.sqlite.transaction(() => {
    session.record(decisions, { summary: 'a' });
    session.record(marks, { label: null } as never);
  });
  expect(recordBoth).toThrow(VarveError);
  expect(session.db.select().from(decisions).all()).toEqual([]);
});

it.each([
  ['user:42/chat', 'user%3A42%2Fchat.db'],
  ['../up', '%2E.%2Fup.db'],
  ['.hidden', '%2Ehidden.db'],
  ['-rf', '%2Drf.db'],
  ['nul.txt', '%6Eul.txt.db'],
  ['été 👋%', '%C3%A9t%C3%A9%20%F0%9F%91%8B%25.db'],
])('takes %j as an id, which is the text, and names the file by an encoding of it', (id, name) => {
  const dir = makeTempDir();
  const session = createSession(join(dir, 'live'), { lineage, session: { id, agentName: 'x' } });
  expect([session.id, readdirSync(join(dir, 'live'))[0]]).toEqual([id, name]);
  session.record(decisions, { summary: 'a' });
  using archive = openArchive(session.seal(join(dir, 'archives')), { lineage });
  expect(archive.db.select({ id: sessions.id }).from(sessions).all()).toEqual([{ id }]);
});

it('takes ids of any length, and gives different ones different names', () => {
  const dir = makeTempDir();
  const ids = ['a', '€'].flatMap((letter) => [`${letter.repeat(299)}1`, `${letter.repeat(299)}2`]);
  const paths = ids.map((id) => {
    using session = createSession(dir, { lineage, session: { id, agentName: 'x' } });
    expect(session.id).toBe(id);
    return session.path;
  });
  expect(new Set(paths).size).toBe(4);
  for (const [at, path] of paths.entries()) {
    using session = openSession(path, { lineage });
    expect(session.id).toBe(ids[at]);
  }
});

it('refuses an empty id, and one that is half a letter', () => {
  for (const id of ['', '\ud83d']) {
    const dir = makeTempDir();
    const error = errorOf(() => createSession(dir, { lineage, session: { id, agentName: 'x' } }));
    expect(error.code).toBe('ROW_INVALID');
    expect(readdirSync(dir)).toEqual([]);
  }
});

it('refuses an id whose archive is where it will be sealed', () => {
  const dir = makeTempDir();
  const options = { lineage, session: { id: 'same', agentName: 'x' }, archiveDir: join(dir, 'archives') };
  createSession(join(dir, 'live'), options).seal(options.archiveDir);
  expect(errorOf(() => createSession(join(dir, 'live'), options)).code).toBe('ARCHIVE_EXISTS');
  expect(readdirSync(join(dir, 'live'))).toEqual([]);
});

it('refuses a wrong session row before it makes anything', () => {
  const dir = join(makeTempDir(), 'live');
  const session = { agentName: 7 } as never;
  expect(errorOf(() => createSession(dir, { lineage, session })).message).toMatch(/^sessions\.agent_name: /);
  expect(statSync(dir, { throwIfNoEntry: false })).toBeUndefined();
});

it('refuses an id that is taken, and leaves that session alone', () => {
  const dir = makeTempDir();
  const session = { id: 'same', agentName: 'x' };
  using first = createSession(dir, { lineage, session });
  first.record(decisions, { summary: 'kept' });
  const error = errorOf(() => createSession(dir, { lineage, session }));
  expect(error.code).toBe('SESSION_EXISTS');
  expect(first.db.select().from(decisions).all()).toHaveLength(1);
});

it('keeps the ledger that Drizzle keeps', () => {
  const session = create();
  session.record(decisions, { summary: 'a' });
  session.close();
  const sqlite = new Database(session.path);
  expect(sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()).toBe(
    history.migrations.length,
  );
  sqlite.close();
});

it('leaves only the file when it is closed', () => {
  const session = create();
  session.record(decisions, { summary: 'a' });
  session.close();
  session.close();
  expect(readdirSync(join(session.path, '..'))).toEqual([`${session.path.split('/').at(-1)}`]);
  using read = openArchive(session.path, { lineage });
  expect(read.db.select().from(decisions).all()).toHaveLength(1);
});
