import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import type { VarveError } from '@varve/schema';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, it, onTestFinished } from 'vitest';
import { createSession } from '../index.ts';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, intermediateResults, modelCalls, toolCalls } = lineage.tables;

function create() {
  return createSession(makeTempDir(), { lineage, session: { agentName: 'auditor' } });
}

function createReporting() {
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' }, onRecordError });
  return { errors, session };
}

function readCalls(session: ReturnType<typeof create>) {
  return session.db.select().from(toolCalls).all();
}

it('records the result with the time it took, and hands both on', async () => {
  using session = create();
  const decisionSeq = session.record(decisions, { summary: 'look' });
  const call = { toolName: 'read', arguments: { path: '/a' }, decisionSeq };
  const before = Date.now();
  const run = () => new Promise((resolve) => setTimeout(() => resolve({ lines: 3 }), 30));
  expect(await session.callTool(call, run)).toEqual({ seq: 2, result: { lines: 3 } });
  const [row] = readCalls(session);
  expect(row).toMatchObject({ ...call, status: 'ok', result: { lines: 3 }, errorType: null });
  expect(row?.startedAtMs).toBeGreaterThanOrEqual(before);
  expect(row?.durationMs).toBeGreaterThan(25);
});

it('takes tools that return nothing, and tools that do not wait', async () => {
  using session = create();
  expect(await session.callTool({ toolName: 'sleep' }, () => undefined)).toEqual({
    seq: 1,
    result: undefined,
  });
  expect(readCalls(session)).toMatchObject([{ status: 'ok', result: null }]);
});

it.each([
  [new TypeError('no such field'), 'TypeError', 'no such field'],
  [Object.assign(new Error('gone'), { code: 'ENOENT' }), 'ENOENT', 'gone'],
  ['just words', 'string', 'just words'],
])('records the failure %s and throws it on', async (thrown, errorType, errorMessage) => {
  using session = create();
  const call = session.callTool({ toolName: 'read' }, () => {
    throw thrown;
  });
  await expect(call).rejects.toBe(thrown);
  expect(readCalls(session)).toMatchObject([{ status: 'error', errorType, errorMessage, result: null }]);
});

const ring: Record<string, unknown> = {};
ring.self = ring;

it.each([
  ['an undefined property', { ok: true, note: undefined }, { ok: true }],
  ['dates and maps', { at: new Date(0), map: new Map() }, { at: '1970-01-01T00:00:00.000Z', map: {} }],
  ['a bigint', 10n, '10'],
  ['bytes', Buffer.from('hi'), { $bytes: 'aGk=' }],
  ['NaN', [Number.NaN], [null]],
  ['a cycle', ring, { self: '[Circular]' }],
  ['half a surrogate pair', '\ud83d', '\ud83d'],
])('hands %s on as it is, and records what JSON has of it', async (_, result, recorded) => {
  using session = create();
  const outcome = await session.callTool({ toolName: 'read' }, () => result);
  expect(outcome.result).toBe(result);
  expect(readCalls(session)).toMatchObject([{ status: 'ok', result: recorded }]);
});

it('hands on what is nested deeper than any stack, and records what it can', async () => {
  using session = create();
  const deep = Array.from({ length: 20_000 }).reduce((inner: unknown) => [inner], 1);
  expect((await session.callTool({ toolName: 'read' }, () => deep)).result).toBe(deep);
  const sql = 'SELECT status, json_valid(result) AS valid FROM tool_calls';
  expect(session.sqlite.prepare(sql).all()).toEqual([{ status: 'ok', valid: 1 }]);
});

it('runs a tool whose call cannot be recorded, and reports why', async () => {
  const { errors, session } = createReporting();
  expect(await session.callTool({} as never, () => 7)).toEqual({ seq: undefined, result: 7 });
  const invalid = { code: 'ROW_INVALID', path: session.path };
  expect(errors).toMatchObject([invalid, invalid]);
  expect(readCalls(session)).toEqual([]);
  session.close();
});

it('keeps the arguments as they were when the tool was called', async () => {
  using session = create();
  const args = { list: [1, 2] };
  await session.callTool({ toolName: 'pop', arguments: args }, () => args.list.pop());
  expect(readCalls(session)).toMatchObject([{ arguments: { list: [1, 2] }, result: 2 }]);
});

it('returns and throws what the tool does when the session was closed meanwhile, or before', async () => {
  const { errors, session } = createReporting();
  const thrown = new Error('the tool failed');
  const call = session.callTool({ toolName: 'read' }, () => {
    session.close();
    throw thrown;
  });
  await expect(call).rejects.toBe(thrown);
  expect(await session.callTool({ toolName: 'read' }, () => 1)).toEqual({ seq: undefined, result: 1 });
  expect(errors.map(({ code }) => code)).toEqual(['SESSION_CLOSED', 'SESSION_CLOSED', 'SESSION_CLOSED']);
});

it('records the rest of a call whose column refuses its value, or whose reference is to nothing', async () => {
  const { errors, session } = createReporting();
  const call = { toolName: 'read', metadata: ['no record'], decisionSeq: 77, colour: 'none' } as never;
  const { seq } = await session.callTool(call, () => 'done');
  expect(readCalls(session)).toMatchObject([
    { seq, toolName: 'read', metadata: null, decisionSeq: null, result: 'done', status: 'ok' },
  ]);
  expect(errors.map(({ message }) => message)).toEqual([
    'tool_calls.colour: is no column of the table',
    'tool_calls.metadata: is not a plain object',
    'tool_calls: FOREIGN KEY constraint failed',
  ]);
  session.close();
});

it('warns once unless told whom to tell, and never through the tool', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  using session = create();
  for (const _ of [1, 2]) await session.callTool({} as never, () => 1);
  await new Promise(setImmediate);
  expect(warnings).toMatchObject([{ name: 'VarveWarning', code: 'ROW_INVALID' }]);
  const throwing = createSession(makeTempDir(), {
    lineage,
    session: { agentName: 'x' },
    onRecordError: () => {
      throw new Error('the listener fails');
    },
  });
  expect((await throwing.callTool({} as never, () => 1)).result).toBe(1);
  throwing.close();
});

it('has a row before the tool runs, which rows recorded inside name', async () => {
  using session = create();
  const { seq } = await session.callTool({ toolName: 'outer' }, async () => {
    expect(readCalls(session)).toMatchObject([{ status: 'running', durationMs: null, result: null }]);
    await new Promise(setImmediate);
    session.record(intermediateResults, { kind: 'json', name: 'inside', value: 1 });
    session.record(intermediateResults, { kind: 'json', name: 'of none', value: 1, toolCallSeq: null });
  });
  session.record(intermediateResults, { kind: 'json', name: 'outside', value: 1 });
  expect(session.db.select().from(intermediateResults).all()).toMatchObject([
    { name: 'inside', toolCallSeq: seq },
    { name: 'of none', toolCallSeq: null },
    { name: 'outside', toolCallSeq: null },
  ]);
});

it('keeps calls side by side, and sessions inside each other, apart', async () => {
  using session = create();
  using other = create();
  const inside = async (name: string) => {
    await new Promise(setImmediate);
    session.record(intermediateResults, { kind: 'json', name });
    other.record(intermediateResults, { kind: 'json', name });
  };
  const calls = ['a', 'b'].map((toolName) => session.callTool({ toolName }, () => inside(toolName)));
  const [a, b] = await Promise.all(calls);
  const read = (it: typeof session) => it.db.select().from(intermediateResults).all();
  expect(read(session)).toMatchObject([
    { name: 'a', toolCallSeq: a?.seq },
    { name: 'b', toolCallSeq: b?.seq },
  ]);
  expect(read(other)).toMatchObject([{ toolCallSeq: null }, { toolCallSeq: null }]);
});

it('records a model call with what is read from its answer, and rows inside name it', async () => {
  using session = create();
  const answer = { model: 'm-2', usage: { input: 12, output: 3 } };
  const { seq, result } = await session.callModel(
    { providerName: 'acme', requestModel: 'm' },
    () => {
      session.record(decisions, { summary: 'inside' });
      return answer;
    },
    ({ model, usage }) => ({ responseModel: model, inputTokens: usage.input, outputTokens: usage.output }),
  );
  expect(result).toBe(answer);
  expect(session.db.select().from(modelCalls).all()).toMatchObject([
    {
      seq,
      status: 'ok',
      operationName: 'chat',
      responseModel: 'm-2',
      inputTokens: 12,
      outputTokens: 3,
      attempt: 1,
    },
  ]);
  expect(session.db.select().from(decisions).all()).toMatchObject([{ modelCallSeq: seq }]);
});

it('hands a model call on whose answer cannot be described', async () => {
  const { errors, session } = createReporting();
  const describe = () => {
    throw new Error('another shape');
  };
  expect((await session.callModel({}, () => 'answer', describe)).result).toBe('answer');
  expect(session.db.select().from(modelCalls).all()).toMatchObject([{ status: 'ok', inputTokens: null }]);
  expect(errors).toHaveLength(1);
  session.close();
});

it('records an aborted call as cancelled', async () => {
  using session = create();
  const abort = AbortSignal.abort().reason;
  await expect(session.callModel({}, () => Promise.reject(abort))).rejects.toBe(abort);
  expect(session.db.select().from(modelCalls).all()).toMatchObject([{ status: 'cancelled' }]);
});

it('reports a lineage without a table of tool calls', async () => {
  const sessions = sqliteTable('sessions', { id: text('id').primaryKey() });
  const sql = 'CREATE TABLE sessions (id text PRIMARY KEY)';
  const small = defineLineage({
    name: 'small',
    tables: { sessions },
    migrations: [{ name: '0000', sql, createdAtMs: 1 }],
  });
  const errors: VarveError[] = [];
  using session = createSession(join(makeTempDir(), 'x'), {
    lineage: small,
    session: { id: 'x' },
    onRecordError: (error) => errors.push(error),
  });
  expect((await session.callTool({ toolName: 'x' }, () => 1)).result).toBe(1);
  expect(errors).toMatchObject([{ code: 'TABLE_UNKNOWN' }, { code: 'TABLE_UNKNOWN' }]);
});

it('writes the row of a table that knows no running call when the call has ended', async () => {
  const calls = sqliteTable('tool_calls', {
    id: integer('id').primaryKey(),
    toolName: text('tool_name').notNull(),
    status: text('status', { enum: ['ok', 'error'] }).notNull(),
  });
  const sql = `CREATE TABLE sessions (id text PRIMARY KEY);
    CREATE TABLE tool_calls (id integer PRIMARY KEY, tool_name text NOT NULL, status text NOT NULL);`;
  const old = defineLineage({
    name: 'old',
    tables: { sessions: sqliteTable('sessions', { id: text('id').primaryKey() }), toolCalls: calls },
    migrations: [{ name: '0000', sql, createdAtMs: 1 }],
  });
  using session = createSession(makeTempDir(), { lineage: old, session: { id: 'x' } });
  const read = () => session.db.select().from(calls).all();
  await session.callTool({ toolName: 'a' }, () => expect(read()).toEqual([]));
  const abort = AbortSignal.abort().reason;
  await expect(session.callTool({ toolName: 'b' }, () => Promise.reject(abort))).rejects.toBe(abort);
  expect(read()).toEqual([
    { id: 1, toolName: 'a', status: 'ok' },
    { id: 2, toolName: 'b', status: 'error' },
  ]);
});
