import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

async function importTalk(talk: readonly object[], key = 'conversations') {
  const { dumps, report } = await importFiles('auto', { 'set.jsonl': jsonLines({ id: 's', [key]: talk }) });
  expect(report).toMatchObject({ added: 1, problems: [] });
  const { s: session } = dumps;
  return {
    calls: session?.tool_calls.map((it) => [it.tool_name, it.arguments, it.result, it.status]),
    messages: session?.messages.map(({ role, parts }) => [role, JSON.parse(String(parts))]),
    status: session?.sessions[0]?.status,
  };
}

const text = (content: string) => ({ type: 'text', content });

describe('a set of openai-chat', () => {
  it('has its calls where they are turns of their own, as ShareGPT has them', async () => {
    const call = JSON.stringify({ name: 'get_weather', arguments: { city: 'Bengaluru' } });
    const { calls, messages, status } = await importTalk([
      { from: 'human', value: 'How is the weather?' },
      { from: 'function_call', value: call },
      { from: 'observation', value: '{"temp_c": 27}' },
      { from: 'function_call', value: `[${call}, ${call}]` },
      { from: 'observation', value: 'a' },
      { from: 'observation', value: 'b' },
      { from: 'gpt', value: 'Fine.' },
    ]);
    expect(calls).toEqual([
      ['get_weather', '{"city":"Bengaluru"}', '"{\\"temp_c\\": 27}"', 'ok'],
      ['get_weather', '{"city":"Bengaluru"}', '"a"', 'ok'],
      ['get_weather', '{"city":"Bengaluru"}', '"b"', 'ok'],
    ]);
    expect(messages?.map(([role]) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'tool',
      'assistant',
    ]);
    expect(messages?.[1]).toMatchObject(['assistant', [{ type: 'tool_call', name: 'get_weather' }]]);
    expect(status).toBe('completed');
  });

  it('has its calls where they stand in the text, as Hermes and OpenHands write them', async () => {
    const hermes = '<think>hm</think>\n<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';
    const both = `${hermes}\n<tool_call>{"name": "g", "arguments": {}}</tool_call>`;
    const open = 'Now.\n<function=bash>\n<parameter=command>\nls -l\n</parameter>\n</function>';
    const { calls, messages } = await importTalk([
      { from: 'system', value: 'Write <tool_call>{"name": "x"}</tool_call> to call.' },
      { from: 'gpt', value: hermes },
      { from: 'tool', value: '<tool_response>\n{"name": "f", "content": {"output": "1"}}\n</tool_response>' },
      { from: 'gpt', value: both },
      {
        from: 'human',
        value: '<tool_response>{"b": 2}</tool_response>\n<tool_response>three</tool_response>',
      },
      { from: 'gpt', value: open },
      { from: 'human', value: 'EXECUTION RESULT of [bash]:\ntotal 0' },
      { from: 'gpt', value: 'A <tool_call> that is none.' },
    ]);
    expect(calls).toEqual([
      ['f', '{"a":1}', '{"output":"1"}', 'ok'],
      ['f', '{"a":1}', '{"b":2}', 'ok'],
      ['g', '{}', '"three"', 'ok'],
      ['bash', '{"command":"ls -l"}', '"EXECUTION RESULT of [bash]:\\ntotal 0"', 'ok'],
    ]);
    expect(messages).toHaveLength(8);
    expect(messages?.[1]?.[1][0]).toEqual(text(hermes));
    expect(messages?.[4]?.[1]).toHaveLength(2);
  });

  it("has its calls where content is in Anthropic's blocks", async () => {
    const { calls, messages } = await importTalk(
      [
        { role: 'user', content: 'go' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'so' },
            { type: 'tool_use', id: 't1', name: 'ls', input: { path: '/' } },
            { type: 'tool_use', id: 't2', name: 'cat', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't2', content: 'no', is_error: true },
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'a' }] },
            { type: 'text', text: 'and?' },
          ],
        },
      ],
      'messages',
    );
    expect(calls).toEqual([
      ['ls', '{"path":"/"}', '[{"type":"text","text":"a"}]', 'ok'],
      ['cat', '{}', '"no"', 'error'],
    ]);
    expect(messages?.map(([role, parts]) => [role, parts.map(({ type }: { type: string }) => type)])).toEqual(
      [
        ['user', ['text']],
        ['assistant', ['text', 'tool_call', 'tool_call']],
        ['tool', ['tool_call_response', 'tool_call_response', 'text']],
      ],
    );
  });

  it('has its texts where they go by another name', async () => {
    const { messages } = await importTalk(
      [
        { role: 'system', system_prompt: 'rules', text: null, mask: false },
        { role: 'user', system_prompt: null, text: 'fix it' },
        { role: 'ai', system_prompt: null, text: 'done' },
      ],
      'trajectory',
    );
    expect(messages).toEqual([
      ['system', [text('rules')]],
      ['user', [text('fix it')]],
      ['assistant', [text('done')]],
    ]);
  });

  it('costs no more than its length where marks stand without their ends', async () => {
    const marks = ['<tool_call>', '</tool_call>', '<function=a>', '<parameter=b>'].map((it) =>
      it.repeat(40_000),
    );
    const { calls, messages } = await importTalk([
      { from: 'human', value: '<tool_response>'.repeat(40_000) },
      ...marks.map((value) => ({ from: 'gpt', value })),
      { from: 'gpt', value: 'A <tool_call> and <tool_call>{"name":"f"}</tool_call>' },
    ]);
    expect(calls).toEqual([['f', null, null, 'interrupted']]);
    expect(messages).toHaveLength(6);
  });
});
