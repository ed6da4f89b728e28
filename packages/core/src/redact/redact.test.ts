import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VarveError } from '@varve/schema';
import { expect, it } from 'vitest';
import { createSession } from '../index.ts';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { type Redact, redactBy } from './redact.ts';
import { redactAddresses, redactKeys, redactTokens } from './redact-rules.ts';

const { decisions, toolCalls } = lineage.tables;

it.each([
  'password',
  'api_key',
  'apiKey',
  'X-Api-Key',
  'accessToken',
  'Authorization',
  'Set-Cookie',
  'client_secret',
])('takes out what stands under the key %s', (key) => {
  expect(redactKeys(['tool_calls', 'arguments', key], 'a value')).toBe('[redacted]');
});

it.each(['maxTokens', 'input_tokens', 'key', 'path', 'secretary', 'token_count', 0])(
  'leaves what stands under the key %s',
  (key) => {
    expect(redactKeys(['t', 'c', key], 12)).toBe(12);
  },
);

it.each([
  ['sk-proj-abcdefghij0123456789', '[redacted]'],
  ['use ghp_abcdefghijklmnopqrstuvwxyz0123456789.', 'use [redacted].'],
  ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
  ['Authorization: Bearer abc.def-ghi_jkl', 'Authorization: Bearer [redacted]'],
  ['postgres://me:hunter22@db/x', 'postgres://me:[redacted]@db/x'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc', '[redacted]'],
  ['curl "https://x/?token=abcd1234&a=1"', 'curl "https://x/?token=[redacted]&a=1"'],
  ['{"api_key":"abcd1234"}', '{"api_key":"[redacted]"}'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', '[redacted]'],
  ['a task-force of risk-averse people', 'a task-force of risk-averse people'],
])('takes tokens out of %j', (text, left) => {
  expect(redactTokens(['t'], text)).toBe(left);
});

it.each([
  ['write to jane.doe+x@mail.example.com, please', 'write to [redacted], please'],
  ['from 192.168.0.17:8080', 'from [redacted]:8080'],
  ['from 2001:db8::ff00:42:8329 and fe80::1', 'from [redacted] and [redacted]'],
  ['at 12:30:45, version 1.2.3, std::vector, a@b', 'at 12:30:45, version 1.2.3, std::vector, a@b'],
])('takes addresses out of %j', (text, left) => {
  expect(redactAddresses(['t'], text)).toBe(left);
});

it('keeps what it takes out from ever reaching the disk, whoever records', async () => {
  const dir = makeTempDir();
  const redact = redactBy(redactKeys, redactTokens, redactAddresses);
  const session = createSession(dir, {
    lineage,
    redact,
    session: { agentName: 'x', metadata: { password: 'hunter22' } },
  });
  session.record(decisions, { summary: 'ask jane@example.com', alternatives: [{ summary: 'hunter22' }] });
  const call = {
    toolName: 'curl',
    arguments: { headers: [{ authorization: 'hunter22' }], url: 'https://x' },
  };
  await session.callTool(call, () => ({ body: 'token=hunter22', size: 3n })).catch(() => {});
  session.begin(toolCalls, { toolName: 'x' }).fail(new Error('password: hunter22'));
  expect(session.db.select().from(decisions).all()).toMatchObject([
    { summary: 'ask [redacted]', alternatives: [{ summary: 'hunter22' }] },
  ]);
  expect(session.db.select().from(toolCalls).all()).toMatchObject([
    {
      arguments: { headers: [{ authorization: '[redacted]' }], url: 'https://x' },
      result: { body: 'token=[redacted]', size: '3' },
    },
    { errorMessage: 'password: [redacted]' },
  ]);
  session.sqlite.exec('DELETE FROM decisions; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  session.close();
  expect(readFileSync(session.path, 'latin1')).not.toContain('hunter22');
});

it('names where a value stands, from the outside in', () => {
  const seen: string[] = [];
  const redact: Redact = (path, value) => {
    seen.push(path.join('.'));
    return path.at(-1) === 'hidden' ? null : value;
  };
  using session = createSession(join(makeTempDir()), { lineage, redact, session: { agentName: 'x' } });
  seen.length = 0;
  session.record(toolCalls, {
    toolName: 'a',
    status: 'ok',
    arguments: { hidden: { deep: 1 }, list: [true] },
  });
  expect(seen).toEqual([
    'tool_calls.toolName',
    'tool_calls.status',
    'tool_calls.arguments',
    'tool_calls.arguments.hidden',
    'tool_calls.arguments.list',
    'tool_calls.arguments.list.0',
  ]);
});

it('stores nothing that a failing rule did not see', async () => {
  const errors: VarveError[] = [];
  const redact: Redact = (path, value) => {
    if (path.includes('arguments')) throw new Error('the rule fails');
    return value;
  };
  const onRecordError = (error: VarveError) => void errors.push(error);
  using session = createSession(makeTempDir(), {
    lineage,
    redact,
    onRecordError,
    session: { agentName: 'x' },
  });
  const row = { toolName: 'a', status: 'ok' as const, arguments: 'secret' };
  expect(() => session.record(toolCalls, row)).toThrow('the rule fails');
  expect((await session.callTool({ toolName: 'a', arguments: 'secret' }, () => 1)).result).toBe(1);
  expect(session.db.select().from(toolCalls).all()).toEqual([]);
  expect(errors.length).toBeGreaterThan(0);
});
