import { describe, expect, it } from 'vitest';
import { jsonLines, rowsOf } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

const attributesOf = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
const exportOf = (...spans: readonly object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const tool = (name: string, more: object = {}) => ({
  name: `execute_tool ${name}`,
  startTimeUnixNano: '1767225600000000000',
  attributes: attributesOf({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name }),
  ...more,
});
const zeros = { traceId: '0'.repeat(32), spanId: '0'.repeat(16) };

describe('spans of OTLP', () => {
  it.each([
    ['without ids', {}],
    ['with empty ones', { traceId: '', spanId: '' }],
    ['with zeros for ids', zeros],
  ])('%s are told apart by what they say, each once', async (_what, ids) => {
    const log = jsonLines(
      ...[exportOf(tool('a', ids), tool('b', ids)), exportOf(tool('c', ids)), exportOf(tool('a', ids))],
    );
    const { dumps, report } = await importFiles('otlp', { 'run.jsonl': log, 'backup/run.jsonl': log });
    expect(Object.keys(dumps)).toEqual(['run']);
    expect(dumps.run?.tool_calls.map(({ tool_name }) => tool_name)).toEqual(['a', 'b', 'c']);
    expect(report.problems).toEqual([]);
  });

  it('without ids of their own are of the trace that they name', async () => {
    const { dumps } = await importFiles('otlp', {
      'run.jsonl': jsonLines(exportOf(tool('a', { traceId: 't' }), tool('b', { traceId: 't' }), tool('c'))),
    });
    expect(Object.keys(dumps)).toEqual(['run', 't']);
    expect(dumps.t?.tool_calls.map(({ tool_name }) => tool_name)).toEqual(['a', 'b']);
  });

  it.each([
    ['without ids', {}],
    ['with zeros for ids', zeros],
  ])('leave events %s to a session that is named after its log', async (_what, ids) => {
    const event = (content: string) => ({
      eventName: 'gen_ai.user.message',
      timeUnixNano: '1767225600000000000',
      body: { stringValue: content },
      ...ids,
    });
    const logRecords = [event('one'), event('two')];
    const { dumps } = await importFiles('otlp', {
      'run.jsonl': jsonLines(exportOf(tool('a')), { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    });
    expect(rowsOf(dumps, 'tool_calls')).toHaveLength(1);
    expect(dumps.run?.intermediate_results.map(({ value }) => JSON.parse(String(value)).content)).toEqual([
      'one',
      'two',
    ]);
  });
});
