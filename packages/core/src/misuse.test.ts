import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { standardTables, type VarveError } from '@varve/schema';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { createSession, openArchive, openSession, readSession } from './index.ts';
import { errorOf } from './testing/error-of.ts';
import { head, history as lineage, writeFileAt } from './testing/history.ts';
import { makeTempDir } from './testing/temp-dir.ts';

const { decisions } = lineage.tables;

type LiveSession = ReturnType<typeof openSession<typeof lineage.tables>>;

const uses: [string, (session: LiveSession, dir: string) => unknown][] = [
  ['record', (session) => session.record(decisions, { summary: 'x' })],
  ['db', (session) => session.db],
  ['sqlite', (session) => session.sqlite],
  ['id', (session) => session.id],
  ['seal', (session, dir) => session.seal(join(dir, 'archives'))],
];

const endings: [string, (session: LiveSession, dir: string) => unknown][] = [
  ['closed', (session) => session.close()],
  ['sealed', (session, dir) => session.seal(join(dir, 'other'))],
  ['disposed of', (session) => session[Symbol.dispose]()],
];

it.each(uses.flatMap(([use, run]) => endings.map(([ending, end]) => ({ use, run, ending, end }))))(
  '$use of a session that was $ending says so',
  ({ run, end }) => {
    const dir = makeTempDir();
    const session = createSession(dir, { lineage, session: { agentName: 'x' } });
    end(session, dir);
    expect(errorOf(() => run(session, dir))).toMatchObject({ code: 'SESSION_CLOSED', path: session.path });
    expect(session.isOpen).toBe(false);
    session.close();
  },
);

it('callTool of a closed session runs the tool all the same, and reports', async () => {
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' }, onRecordError });
  session.close();
  expect(await session.callTool({ toolName: 'x' }, () => 1)).toEqual({ seq: undefined, result: 1 });
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['SESSION_CLOSED']));
});

it.each(['db', 'sqlite'] as const)('%s of an archive or a reader that was closed says so', (use) => {
  const dir = makeTempDir();
  const archive = openArchive(writeFileAt(dir, head), { lineage });
  archive.close();
  archive.close();
  expect(errorOf(() => archive[use]).code).toBe('SESSION_CLOSED');
  using session = createSession(dir, { lineage, session: { agentName: 'x' } });
  const reader = readSession(session.path, { lineage });
  reader.close();
  expect(errorOf(() => reader[use])).toMatchObject({ code: 'SESSION_CLOSED', path: session.path });
});

it('refuses a table that is not of the lineage, be it of the same name, and names the file', () => {
  using session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  const other = sqliteTable('decisions', { summary: text('summary') });
  const record = session.record.bind(session) as (table: unknown, row: unknown) => unknown;
  const unknown = { code: 'TABLE_UNKNOWN', path: session.path };
  expect(errorOf(() => record(other, { summary: 'x' }))).toMatchObject(unknown);
  expect(errorOf(() => record(undefined, {})).code).toBe('TABLE_UNKNOWN');
  const invalid = { code: 'ROW_INVALID', path: session.path };
  expect(errorOf(() => record(standardTables.decisions, { summary: 7 }))).toMatchObject(invalid);
});

it.each([
  ['of another type', { agentName: 7 }],
  ['that names no file', { id: '', agentName: 'x' }],
  ['with a key that is no column', { agentName: 'x', nonsense: 1 }],
])('refuses a session row %s, and names the folder', (_, row) => {
  const dir = makeTempDir();
  const session = row as unknown as { agentName: string };
  const error = errorOf(() => createSession(dir, { lineage, session }));
  expect(error).toMatchObject({ code: 'ROW_INVALID', path: dir, details: { table: 'sessions' } });
  expect(readdirSync(dir)).toEqual([]);
});

it.each([
  [
    'a parent that is not there',
    { toolName: 'x', status: 'ok', decisionSeq: 99 },
    'SQLITE_CONSTRAINT_FOREIGNKEY',
  ],
])('refuses %s, by the name of the constraint, and goes on', (_, row, constraint) => {
  using session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  const { toolCalls } = lineage.tables;
  const error = errorOf(() => session.record(toolCalls, row as { toolName: string; status: 'ok' }));
  const { path } = session;
  expect(error).toMatchObject({ code: 'ROW_INVALID', path, details: { table: 'tool_calls', constraint } });
  expect(session.record(toolCalls, { toolName: 'x', status: 'ok' })).toBe(1);
});

it('says when the database is locked by a writer that did not ask for the session', () => {
  const created = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  created.close();
  using session = openSession(created.path, { lineage, busyTimeoutMs: 20 });
  using other = openArchive(created.path, { lineage });
  expect(other.db.select().from(decisions).all()).toEqual([]);
  const intruder = session.sqlite.constructor as typeof import('better-sqlite3');
  const sqlite = new intruder(created.path);
  sqlite.exec('BEGIN IMMEDIATE');
  expect(errorOf(() => session.record(decisions, { summary: 'x' })).code).toBe('FILE_BUSY');
  sqlite.exec('ROLLBACK');
  sqlite.close();
  expect(session.record(decisions, { summary: 'x' })).toBe(1);
});

it('refuses to count in a file without a session row', () => {
  const path = writeFileAt(makeTempDir(), head, { decisions: 0, sql: 'DELETE FROM sessions' });
  using session = openSession(path, { lineage });
  expect(session.id).toBeUndefined();
  expect(errorOf(() => session.record(decisions, { summary: 'x' })).code).toBe('ROW_INVALID');
  session.record(lineage.tables.sessions, { id: 'new', agentName: 'x' });
  expect(session.record(decisions, { summary: 'x' })).toBe(1);
});
