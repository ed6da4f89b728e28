import { describe, expect, it } from 'vitest';
import { mapGenAiSpan } from './gen-ai-span.ts';

describe('messages that OpenLLMetry tells by their numbers', () => {
  const call = (prefix: string) => ({
    [`${prefix}.tool_calls.0.id`]: 'c1',
    [`${prefix}.tool_calls.0.name`]: 'weather',
    [`${prefix}.tool_calls.0.arguments`]: '{"city":"B"}',
  });
  const span = (attributes: object) => ({
    ...{ traceId: '1', spanId: '2', name: 'openai.chat', startMs: 1000, endMs: 1250 },
    attributes: { 'gen_ai.request.model': 'm', ...attributes },
  });
  const part = { type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'B' } };

  it('hold the calls that a model asks for, and why it stopped', () => {
    const rows = mapGenAiSpan(
      span({
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': 'weather?',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.finish_reason': 'tool_calls',
        ...call('gen_ai.completion.0'),
      }),
    );
    expect(rows?.messages).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'weather?' }], isOutput: false },
      { role: 'assistant', parts: [part], isOutput: true },
    ]);
    expect(rows?.modelCall?.finishReasons).toEqual(['tool_calls']);
  });

  it('hold the results of calls, in the order of their numbers', () => {
    const rows = mapGenAiSpan(
      span({
        'gen_ai.prompt.10.tool_call_id': 'c1',
        'gen_ai.prompt.10.role': 'tool',
        'gen_ai.prompt.10.content': 'sunny',
        'gen_ai.prompt.9.role': 'assistant',
        ...call('gen_ai.prompt.9'),
      }),
    );
    expect(rows?.messages.map(({ role, parts }) => [role, parts])).toEqual([
      ['assistant', [part]],
      ['tool', [{ type: 'tool_call_response', id: 'c1', response: 'sunny' }]],
    ]);
  });

  it('keep what has no place among the rest, as usage of a kind that is not known', () => {
    const rest = { 'gen_ai.completion.0.refusal': 'no', 'gen_ai.usage.audio_tokens': 3 };
    const rows = mapGenAiSpan(
      span({ ...rest, 'gen_ai.completion.0.content': 'x', 'gen_ai.usage.cost': 0.1 }),
    );
    expect(rows?.modelCall?.metadata).toMatchObject({ attributes: rest });
  });

  it('may be texts or lists under one name each', () => {
    const rows = mapGenAiSpan(
      span({ 'gen_ai.prompt': 'weather?', 'gen_ai.completion': '[{"role":"assistant","content":"sunny"}]' }),
    );
    expect(rows?.messages.map(({ role, parts }) => [role, parts])).toEqual([
      ['user', [{ type: 'text', content: 'weather?' }]],
      ['assistant', [{ type: 'text', content: 'sunny' }]],
    ]);
    expect(rows?.modelCall?.metadata).not.toHaveProperty('attributes');
  });

  it('stay as they are where the messages are told otherwise, and where there are none', () => {
    const old = { 'gen_ai.prompt': 'x', 'gen_ai.completion.0.content': 'y' };
    const said = { 'gen_ai.output.messages': '[{"role":"assistant","parts":[]}]' };
    expect(mapGenAiSpan(span({ ...old, ...said }))?.modelCall?.metadata).toMatchObject({ attributes: old });
    const tool = mapGenAiSpan(span({ ...old, 'gen_ai.operation.name': 'execute_tool' }));
    expect(tool?.toolCall?.metadata).toMatchObject({ attributes: old });
  });
});
