import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives, jsonLines } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

describe('otlp', () => {
  const attribute = (key: string, value: unknown) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  });
  const span = (spanId: string, attributes: Record<string, unknown>, more: object = {}) => ({
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', 'svc')] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: 't',
                spanId,
                name: 'n',
                startTimeUnixNano: '1767225600000000000',
                endTimeUnixNano: '1767225600250000000',
                attributes: Object.entries(attributes).map(([k, v]) => attribute(k, v)),
                ...more,
              },
            ],
          },
        ],
      },
    ],
  });
  const textOfSpan = (input: object[], more: object = {}) => ({
    'gen_ai.operation.name': 'chat',
    'gen_ai.conversation.id': 'conv',
    'gen_ai.input.messages': JSON.stringify(input),
    ...more,
  });

  it('writes what our own exports told once, also where a span of another repeats it', async () => {
    const isNew = (id: string, attributes: Record<string, unknown>) => {
      const told = span(id, attributes);
      told.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes.push({
        key: 'varve.call.input_is_new',
        value: { boolValue: true } as never,
      });
      return told;
    };
    const last = {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.conversation.id': 'conv',
      'varve.session.last_messages': JSON.stringify([text('user', 'b')]),
    };
    const { dumps } = await importFiles('otlp', {
      'a.jsonl': jsonLines(
        isNew('1', textOfSpan([text('user', 'a')])),
        span('2', last),
        span('3', textOfSpan(['a', 'b', 'c'].map((it) => text('user', it)))),
      ),
    });
    const said = dumps.conv?.messages.map(({ parts }) => JSON.parse(String(parts))[0].content);
    expect(said).toEqual(['a', 'b', 'c']);
  });

  const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

  it('writes each message once, though every request repeats the conversation, and gathers a trace before its conversation is named', async () => {
    const chat = (input: object[], output: object, tokens: number) => ({
      ...{
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'm',
        'gen_ai.usage.input_tokens': tokens,
        'gen_ai.usage.cache_read.input_tokens': 1,
      },
      ...{
        'gen_ai.input.messages': JSON.stringify(input),
        'gen_ai.output.messages': JSON.stringify([output]),
      },
    });
    const asks = { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: {} }] };
    const { dumps, report } = await importFiles('otlp', {
      'traces.jsonl': jsonLines(
        span('1', chat([text('user', 'yes')], asks, 10)),
        span('2', {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 'f',
          'gen_ai.tool.call.id': 'c',
          'gen_ai.tool.call.arguments': '{"a":1}',
          'error.type': 'timeout',
        }),
        span('3', chat([text('user', 'yes'), asks, text('user', 'yes')], text('assistant', 'done'), 20)),
        span('4', {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': 'agent',
          'gen_ai.conversation.id': 'conv',
        }),
        span('5', { 'http.method': 'GET' }),
        span('1', chat([], asks, 10)),
      ),
    });
    expect(Object.keys(dumps)).toEqual(['conv']);
    expect(dumps.conv?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(dumps.conv?.model_calls.map((row) => [row.input_tokens, row.duration_ms])).toEqual([
      [10, 250],
      [20, 250],
    ]);
    expect(dumps.conv?.tool_calls).toMatchObject([
      {
        status: 'error',
        error_type: 'timeout',
        arguments: '{"a":1}',
        model_call_seq: dumps.conv?.model_calls[0]?.seq,
      },
    ]);
    expect(dumps.conv?.sessions).toMatchObject([{ agent_name: 'agent', conversation_id: 'conv' }]);
    expect(report.skipped).toEqual({ 'without GenAI spans': 1, repeated: 1 });
  });

  it('puts a trace together from several files and imports, and loses nothing of one that is gone', async () => {
    const chat = (n: number, more: object = {}) =>
      span(`${n}`, { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', ...more });
    const named = { 'gen_ai.conversation.id': 'conv' };
    const { dumps, from, into } = await importFiles('otlp', { 'a.jsonl': jsonLines(chat(1), chat(2)) });
    expect(Object.keys(dumps)).toEqual(['t']);
    writeFileSync(join(from, 'b.jsonl'), jsonLines(chat(3), chat(4, named)));
    expect(await importLogs('otlp', from, { into })).toMatchObject({ added: 1, problems: [] });
    expect(Object.keys(dumpArchives(into))).toEqual(['conv']);
    expect(dumpArchives(into).conv?.model_calls).toHaveLength(4);
    rmSync(join(from, 'a.jsonl'));
    writeFileSync(join(from, 'b.jsonl'), jsonLines(chat(3), chat(4, named), chat(5)));
    const { problems, changed } = await importLogs('otlp', from, { into });
    expect({ codes: problems.map(({ code }) => code), changed }).toEqual({
      codes: ['FILE_NOT_FOUND'],
      changed: 0,
    });
    expect(dumpArchives(into).conv?.model_calls).toHaveLength(4);
  });

  it("reads exports with protobuf's own names, and what Tempo hands out", async () => {
    const underscored = {
      resource_spans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { string_value: 'svc' } }] },
          scope_spans: [
            {
              spans: [
                {
                  trace_id: 't1',
                  span_id: 's1',
                  start_time_unix_nano: '1767225600000000000',
                  end_time_unix_nano: '1767225600250000000',
                  attributes: [
                    { key: 'gen_ai.operation.name', value: { string_value: 'chat' } },
                    { key: 'gen_ai.usage.input_tokens', value: { int_value: '7' } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    };
    const { resourceSpans: batches } = span('s2', { 'gen_ai.operation.name': 'chat' });
    const { dumps, report } = await importFiles('auto', {
      'a.jsonl': jsonLines(underscored),
      'b.json': JSON.stringify({ batches }),
      'c.json': JSON.stringify({ trace: span('s3', { 'gen_ai.operation.name': 'chat' }) }),
      'd.json': JSON.stringify({ batches: [{ id: 1 }] }),
    });
    expect(report).toMatchObject({ added: 2, otherFiles: 1, problems: [] });
    expect(dumps.t1?.sessions).toMatchObject([{ agent_name: 'svc' }]);
    expect(dumps.t1?.model_calls).toMatchObject([{ input_tokens: 7, duration_ms: 250 }]);
    expect(dumps.t?.model_calls).toHaveLength(2);
  });
});
