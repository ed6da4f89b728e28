import { join } from 'node:path';
import type { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createSession, openArchive, openSession, recoverSessions } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { history as lineage } from '../testing/history.ts';
import { startProgram } from '../testing/run-program.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, marks, modelCalls, toolCalls } = lineage.tables;

function create() {
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  const dir = makeTempDir();
  const options = { lineage, session: { agentName: 'auditor' }, onRecordError };
  return { errors, dir, session: createSession(join(dir, 'live'), options) };
}

it('records a call when it begins, and completes its row when it ends', () => {
  const { session, errors } = create();
  const call = session.begin(toolCalls, { toolName: 'read', arguments: '*** Begin Patch' });
  const read = () => session.db.select().from(toolCalls).all();
  expect(read()).toMatchObject([{ seq: call.seq, status: 'running', arguments: '*** Begin Patch' }]);
  session.record(decisions, { summary: 'meanwhile' });
  call.end({ result: { lines: 3 }, costUsd: 0.25 });
  call.fail(new Error('too late'));
  expect(read()).toMatchObject([{ status: 'ok', result: { lines: 3 }, costUsd: 0.25, errorType: null }]);
  expect(read()[0]?.durationMs).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  session.close();
});

it('takes the time, the status and the words of an end that was told, and any error', () => {
  const { session, errors } = create();
  const begin = (requestModel: string) =>
    session.begin(modelCalls, { requestModel, startedAtMs: 5.4, metadata: { at: new Date(0) } });
  begin('a').end({ durationMs: 7, status: 'denied', finishReasons: ['stop'] });
  begin('b').fail(Object.assign(new Error('slow down'), { code: 'RATE_LIMITED' }), { attempt: 2 });
  begin('c').fail('words', { status: 'cancelled' });
  begin('d').fail({ toString: () => JSON.parse('{') });
  expect(session.db.select().from(modelCalls).all()).toMatchObject([
    { startedAtMs: 5, durationMs: 7, status: 'denied', finishReasons: ['stop'] },
    { status: 'error', errorType: 'RATE_LIMITED', errorMessage: 'slow down', attempt: 2 },
    { status: 'cancelled', errorType: 'string', errorMessage: 'words' },
    { status: 'error', errorType: 'object', errorMessage: null },
  ]);
  expect(errors).toEqual([]);
  session.close();
});

it('records at its end the call whose row went with a transaction that was rolled back', () => {
  const { session } = create();
  let call: { end(): void } | undefined;
  const fail = () =>
    session.batch(() => {
      call = session.begin(toolCalls, { toolName: 'read' });
      throw new Error('rolled back');
    });
  expect(fail).toThrow('rolled back');
  call?.end();
  expect(session.db.select().from(toolCalls).all()).toMatchObject([
    { seq: 1, toolName: 'read', status: 'ok' },
  ]);
  session.close();
});

it('refuses to seal during a call, and says what is under way', () => {
  const { session, dir } = create();
  const call = session.begin(toolCalls, { toolName: 'read' });
  session.begin(modelCalls, { requestModel: 'm' });
  const error = errorOf(() => session.seal(join(dir, 'archives')));
  expect(error).toMatchObject({
    code: 'CALLS_UNDER_WAY',
    path: session.path,
    details: {
      calls: [
        { table: 'tool_calls', seq: 1, name: 'read' },
        { table: 'model_calls', seq: 2, name: 'm' },
      ],
    },
  });
  expect(error.message).toBe('calls have begun and not ended: read (tool_calls 1), m (model_calls 2)');
  call.end();
  using archive = openArchive(session.seal(join(dir, 'archives'), { underWay: 'interrupt' }), { lineage });
  expect(archive.db.select().from(toolCalls).all()).toMatchObject([{ status: 'ok' }]);
  expect(archive.db.select().from(modelCalls).all()).toMatchObject([{ status: 'interrupted' }]);
});

it('marks the calls of a writer that died as interrupted, whoever seals', () => {
  const { session, dir } = create();
  session.begin(toolCalls, { toolName: 'read' });
  session.close();
  const again = openSession(session.path, { lineage });
  expect(again.db.select().from(toolCalls).all()).toMatchObject([{ status: 'running' }]);
  again.close();
  const { sealed } = recoverSessions(join(dir, 'live'), { lineage, archiveDir: join(dir, 'archives') });
  using archive = openArchive(sealed[0] ?? '', { lineage });
  expect(archive.db.select().from(toolCalls).all()).toMatchObject([
    { status: 'interrupted', durationMs: null },
  ]);
  const { endedAtMs } = archive.db.query.sessions.findFirst().sync() ?? {};
  expect(Number.isInteger(endedAtMs)).toBe(true);
});

it('takes two commits for a call', async () => {
  const { session } = create();
  const other = new Database(session.path, { readonly: true });
  const version = () => other.pragma('data_version', { simple: true }) as number;
  const before = version();
  await session.callTool({ toolName: 'read', arguments: { path: '/a' } }, () => {
    expect(version()).toBe(before + 1);
    return { lines: 3 };
  });
  expect(version()).toBe(before + 2);
  other.close();
  session.close();
});

it('leaves the row of a call whose process was killed', async () => {
  const dir = makeTempDir();
  const program = startProgram('call-program.ts', join(dir, 'live'));
  expect(await program.nextLine()).toBe('called');
  await program.kill();
  const { sealed } = recoverSessions(join(dir, 'live'), { lineage, archiveDir: join(dir, 'archives') });
  using archive = openArchive(sealed[0] ?? '', { lineage });
  expect(archive.db.select().from(toolCalls).all()).toMatchObject([
    { toolName: 'sleep', status: 'interrupted', arguments: { hours: 1 } },
  ]);
});

it('records many rows in one commit, or none', () => {
  const { session } = create();
  const commits: number[] = [];
  const other = new Database(session.path, { readonly: true });
  const count = () => commits.push(other.pragma('data_version', { simple: true }) as number);
  count();
  session.batch(() => {
    session.record(decisions, { summary: 'a' });
    session.batch(() => session.record(decisions, { summary: 'b' }));
    count();
  });
  count();
  other.close();
  expect(commits).toEqual([commits[0], commits[0], (commits[0] ?? 0) + 1]);
  const fail = () =>
    session.batch(() => {
      session.record(decisions, { summary: 'c' });
      session.record(marks, { label: null } as never);
    });
  expect(fail).toThrow(expect.objectContaining({ code: 'ROW_INVALID' }));
  expect(session.record(decisions, { summary: 'd' })).toBe(3);
  expect(session.db.select().from(decisions).all()).toHaveLength(3);
  session.close();
});

it('reports what it could not record instead of throwing, where asked to', () => {
  const { session, errors } = create();
  expect(session.tryRecord(decisions, { summary: 'half \ud83d', alternatives: [{ summary: 'a' }] })).toBe(1);
  expect(session.tryRecord(decisions, {} as never)).toBeUndefined();
  session.close();
  expect(session.tryRecord(decisions, { summary: 'late' })).toBeUndefined();
  expect(errors.map(({ code }) => code)).toEqual(['ROW_INVALID', 'SESSION_CLOSED']);
});
