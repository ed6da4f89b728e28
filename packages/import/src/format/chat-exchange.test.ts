import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

async function importRecord(record: object) {
  const { dumps, report } = await importFiles('auto', { 'set.jsonl': jsonLines({ id: 's', ...record }) });
  expect(report).toMatchObject({ added: 1, problems: [], skipped: {} });
  const { s: session } = dumps;
  return {
    calls: session?.tool_calls.map((it) => [
      it.tool_name,
      it.tool_call_id,
      it.arguments,
      it.result,
      it.status,
    ]),
    said: session?.messages.map(({ role, parts }) => [
      role,
      ...JSON.parse(String(parts)).map(
        (part: { type: string; content?: unknown }) => part.content ?? part.type,
      ),
    ]),
    modelCalls: session?.model_calls.map((it) => [
      it.response_model,
      it.response_id,
      it.input_tokens,
      it.output_tokens,
      it.finish_reasons,
    ]),
    parts: session?.messages.flatMap(({ parts }) => JSON.parse(String(parts))),
    metadata: JSON.parse(String(session?.sessions[0]?.metadata)),
    status: session?.sessions[0]?.status,
  };
}

const items = [
  {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'look' }],
    encrypted_content: 'E==',
  },
  { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{"path":"a"}' },
  { type: 'custom_tool_call', call_id: 'c2', name: 'apply_patch', input: '*** Begin' },
  { type: 'function_call_output', call_id: 'c1', output: 'text of a' },
  { type: 'custom_tool_call_output', call_id: 'c2', output: 'done' },
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'It is done.' }] },
];

describe('a record of a request and its answer', () => {
  it('is a session where it has what the Responses of OpenAI are made of', async () => {
    const { calls, said, modelCalls, metadata, parts, status } = await importRecord({
      object: 'response',
      model: 'gpt-x',
      instructions: 'Be brief.',
      input: [{ role: 'user', content: 'do it' }, ...items.slice(0, 5)],
      output: [
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { query: 'q' } },
        { type: 'mcp_call', id: 'mcp_1', name: 'fetch', arguments: '{}', output: null, error: 'no' },
        items[5],
      ],
      usage: { input_tokens: 40, output_tokens: 6 },
    });
    expect(calls).toEqual([
      ['read', 'c1', '{"path":"a"}', '"text of a"', 'ok'],
      ['apply_patch', 'c2', '"*** Begin"', '"done"', 'ok'],
      ['web_search', 'ws_1', '{"query":"q"}', null, 'ok'],
      ['fetch', 'mcp_1', '{}', '"no"', 'error'],
    ]);
    expect(said).toEqual([
      ['system', 'Be brief.'],
      ['user', 'do it'],
      ['assistant', 'look', 'tool_call', 'tool_call'],
      ['tool', 'tool_call_response'],
      ['tool', 'tool_call_response'],
      ['assistant', 'It is done.', 'tool_call', 'tool_call'],
      ['tool', 'tool_call_response'],
      ['tool', 'tool_call_response'],
    ]);
    expect(modelCalls).toEqual([
      ['gpt-x', null, null, null, null],
      ['gpt-x', 's', 40, 6, null],
    ]);
    expect(parts).toContainEqual({
      type: 'reasoning',
      content: 'look',
      id: 'rs_1',
      encrypted_content: 'E==',
    });
    expect(metadata).toMatchObject({ object: 'response', usage: { input_tokens: 40 } });
    expect(metadata).not.toHaveProperty('output');
    expect(status).toBe('completed');
  });

  it('has the answer beside the request, as a proxy or a batch logs it', async () => {
    const message = { role: 'assistant', content: 'hi' };
    const chat = {
      request: { model: 'gpt-x', temperature: 0, messages: [{ role: 'user', content: 'hello' }] },
      response: {
        status_code: 200,
        body: {
          id: 'r1',
          model: 'gpt-x-1',
          choices: [{ index: 0, message, finish_reason: 'stop' }],
          usage: { prompt_tokens: 3, completion_tokens: 1 },
        },
      },
    };
    const { said, modelCalls, metadata } = await importRecord(chat);
    expect(said).toEqual([
      ['user', 'hello'],
      ['assistant', 'hi'],
    ]);
    expect(modelCalls).toEqual([['gpt-x-1', 'r1', 3, 1, '["stop"]']]);
    expect(metadata).toMatchObject({
      request: { model: 'gpt-x', temperature: 0 },
      response: { status_code: 200 },
    });
    expect(JSON.stringify(metadata)).not.toContain('hello');
    expect((await importRecord({ response: chat.response })).said).toEqual([['assistant', 'hi']]);
  });

  it('counts the cache of an answer of Anthropic within its input', async () => {
    const { said, modelCalls, calls, status } = await importRecord({
      body: { system: [{ type: 'text', text: 'Help.' }], messages: [{ role: 'user', content: 'hello' }] },
      response: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-x',
        content: [{ type: 'tool_use', id: 't1', name: 'ls', input: {} }],
        stop_reason: 'tool_use',
        usage: { input_tokens: 2, cache_read_input_tokens: 8, output_tokens: 1 },
      },
    });
    expect(said).toEqual([
      ['system', 'Help.'],
      ['user', 'hello'],
      ['assistant', 'tool_call'],
    ]);
    expect(modelCalls).toEqual([['claude-x', 'msg_1', 10, 1, '["tool_use"]']]);
    expect(calls).toEqual([['ls', 't1', '{}', null, 'interrupted']]);
    expect(status).toBe('interrupted');
  });

  it('is a list of items by itself too, and loses nothing that only has the name of one', async () => {
    const { calls, metadata } = await importRecord({ items: [{ role: 'user', content: 'x' }, ...items] });
    expect(calls).toHaveLength(2);
    expect(metadata).not.toHaveProperty('items');
    const messages = [{ role: 'user', content: 'x' }];
    const { metadata: kept } = await importRecord({ messages, input: 'the prompt', history: ['h'] });
    expect(kept).toMatchObject({ input: 'the prompt', history: ['h'] });
  });
});
