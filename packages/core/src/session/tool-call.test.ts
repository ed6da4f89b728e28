import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { createSession } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, toolCalls } = lineage.tables;

function create() {
  return createSession(makeTempDir(), { lineage, session: { agentName: 'auditor' } });
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

it('counts a result that is not JSON as a failure, so that the call is on record', async () => {
  using session = create();
  const error = await rejectionOf(
    session.callTool({ toolName: 'read' }, () => ({ at: new Date(), size: 1n })),
  );
  expect(error).toMatchObject({ code: 'ROW_INVALID', details: { column: 'result' } });
  expect(readCalls(session)).toMatchObject([{ status: 'error', errorType: 'ROW_INVALID', result: null }]);
});

it('refuses a call without a name before the tool runs', async () => {
  using session = create();
  let hasRun = false;
  const run = () => {
    hasRun = true;
  };
  expect(await rejectionOf(session.callTool({} as never, run))).toMatchObject({ code: 'ROW_INVALID' });
  expect(hasRun).toBe(false);
});

it('keeps the arguments as they were when the tool was called', async () => {
  using session = create();
  const args = { list: [1, 2] };
  await session.callTool({ toolName: 'pop', arguments: args }, () => args.list.pop());
  expect(readCalls(session)).toMatchObject([{ arguments: { list: [1, 2] }, result: 2 }]);
});

it('says so when the session was closed while the tool ran, with what the tool threw', async () => {
  const session = create();
  const thrown = new Error('the tool failed too');
  const error = await rejectionOf(
    session.callTool({ toolName: 'read' }, () => {
      session.close();
      throw thrown;
    }),
  );
  expect(error).toMatchObject({ code: 'SESSION_CLOSED', cause: thrown });
});

it('needs a table of tool calls', async () => {
  const sessions = sqliteTable('sessions', { id: text('id').primaryKey() });
  const sql = 'CREATE TABLE sessions (id text PRIMARY KEY)';
  const small = defineLineage({
    name: 'small',
    tables: { sessions },
    migrations: [{ name: '0000', sql, createdAtMs: 1 }],
  });
  using session = createSession(join(makeTempDir(), 'x'), { lineage: small, session: { id: 'x' } });
  expect(await rejectionOf(session.callTool({ toolName: 'x' }, () => 1))).toMatchObject({
    code: 'TABLE_UNKNOWN',
  });
});
