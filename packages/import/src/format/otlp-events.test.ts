import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives, jsonLines } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

type Value = string | number | { readonly [key: string]: Value };

const any = (value: Value): object => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  return { kvlistValue: { values: listOf(value) } };
};
const listOf = (object: Readonly<Record<string, Value>>) =>
  Object.entries(object).map(([key, value]) => ({ key, value: any(value) }));

function span(spanId: string, attributes: Record<string, Value>) {
  const time = { startTimeUnixNano: '1767225600000000000', endTimeUnixNano: '1767225601000000000' };
  const one = { traceId: 't', spanId, name: 'chat', ...time, attributes: listOf(attributes) };
  return { resourceSpans: [{ resource: {}, scopeSpans: [{ spans: [one] }] }] };
}

function event(spanId: string, name: string, body: Value, more: object = {}) {
  const record = {
    ...{ timeUnixNano: '1767225600500000000', traceId: 't', spanId, body: any(body) },
    attributes: [{ key: 'event.name', value: { stringValue: name } }],
    ...more,
  };
  return { resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords: [record] }] }] };
}

const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 7 };
const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
const asked = event('1', 'gen_ai.user.message', { content: 'look' });
const answered = event('1', 'gen_ai.choice', {
  index: 0,
  finish_reason: 'tool_calls',
  message: { role: 'assistant', tool_calls: JSON.stringify([call]) },
});
const given = event('2', 'gen_ai.tool.message', { content: 'found', id: 'c' });
const done = event('2', 'gen_ai.choice', { finish_reason: 'stop', message: { content: 'Done.' } });
const first = span('1', chat);
const tool = span('3', {
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': 'f',
  'gen_ai.tool.call.id': 'c',
});
const second = span('2', chat);

const orders: readonly (readonly [string, Record<string, readonly object[]>])[] = [
  ['before their spans', { 'a.jsonl': [asked, answered, first, tool, given, done, second] }],
  ['behind their spans', { 'a.jsonl': [first, asked, answered, tool, second, given, done] }],
  ['in a log of their own', { 'a.jsonl': [first, tool, second], 'b.jsonl': [asked, answered, given, done] }],
];

it.each(orders)('messages that are log records %s are those of the spans', async (_where, logs) => {
  const files = Object.entries(logs).map(([name, lines]) => [name, jsonLines(...lines)]);
  const { dumps, report } = await importFiles('auto', Object.fromEntries(files));
  expect(report).toMatchObject({ records: 7, skipped: {}, problems: [] });
  const { t: session } = dumps;
  const said = session?.messages.map(({ role, parts }) => [role, JSON.parse(String(parts))]);
  expect(said).toEqual([
    ['user', [{ type: 'text', content: 'look' }]],
    ['assistant', [{ type: 'tool_call', id: 'c', name: 'f', arguments: { a: 1 } }]],
    ['tool', [{ type: 'tool_call_response', id: 'c', response: 'found' }]],
    ['assistant', [{ type: 'text', content: 'Done.' }]],
  ]);
  expect(session?.model_calls.map((row) => [row.input_tokens, row.finish_reasons])).toEqual([
    [7, '["tool_calls"]'],
    [7, '["stop"]'],
  ]);
  expect(session?.tool_calls[0]?.model_call_seq).toBe(session?.model_calls[0]?.seq);
  expect(session?.intermediate_results).toEqual([]);
});

it('keeps an event whose span is told nowhere, and takes it to its span when that comes', async () => {
  const lines = [first, asked, event('9', 'other.event', 'x'), given];
  const { from, into, dumps, report } = await importFiles('otlp', { 'a.jsonl': jsonLines(...lines) });
  expect(report).toMatchObject({ added: 1, skipped: { 'without spans': 1 } });
  const kept = { kind: 'event', name: 'gen_ai.tool.message', created_at_ms: 1_767_225_600_500 };
  expect(dumps.t?.intermediate_results).toMatchObject([kept]);
  expect(await importLogs('otlp', from, { into })).toMatchObject({ unchanged: 1 });
  appendFileSync(join(from, 'a.jsonl'), jsonLines(second, done));
  expect(await importLogs('otlp', from, { into })).toMatchObject({ changed: 1, records: 6 });
  const whole = await importFiles('otlp', { 'a.jsonl': jsonLines(...lines, second, done) });
  const withoutPaths = (dump: object) => JSON.stringify(dump).replaceAll(from, '').replaceAll(whole.from, '');
  expect(withoutPaths(dumpArchives(into))).toBe(withoutPaths(whole.dumps));
  expect(dumpArchives(into).t?.intermediate_results).toEqual([]);
});
