import { expect, it } from 'vitest';
import { mapGenAiSpan } from './gen-ai-span.ts';

const span = (name: string, attributes: Record<string, unknown> = {}) =>
  mapGenAiSpan({ traceId: '1', spanId: '2', parentSpanId: '3', name, startMs: 0, endMs: 5, attributes });

const call = { id: 'c1', name: 'find_order', args: { id: 'A1' } };
const request = {
  model: 'gemini-3',
  config: { systemInstruction: 'You help.', temperature: 0 },
  contents: [
    { role: 'user', parts: [{ text: 'Where is A1?' }] },
    { role: 'model', parts: [{ text: 'hm', thought: true }, { functionCall: call }] },
    {
      role: 'user',
      parts: [{ functionResponse: { id: 'c1', name: 'find_order', response: { at: 'sea' } } }],
    },
    { role: 'user', parts: [{ fileData: { fileUri: 'gs://a/b' } }] },
  ],
};

it('maps a model call of the ADK: what was said in the words of Gemini, usage, the session', () => {
  const rows = span('call_llm', {
    'gen_ai.system': 'gcp.vertex.agent',
    'gen_ai.request.model': 'gemini-3',
    'gen_ai.agent.name': 'support',
    'gen_ai.usage.input_tokens': 11,
    'gen_ai.response.finish_reasons': ['stop'],
    'gcp.vertex.agent.session_id': 's1',
    'gcp.vertex.agent.event_id': 'e1',
    'gcp.vertex.agent.llm_request': JSON.stringify(request),
    'gcp.vertex.agent.llm_response': JSON.stringify({
      content: { role: 'model', parts: [{ text: 'At sea.' }] },
    }),
  });
  expect(rows).toMatchObject({
    operation: 'chat',
    conversationId: 's1',
    session: { agentName: 'support', conversationId: 's1' },
    modelCall: { requestModel: 'gemini-3', inputTokens: 11, finishReasons: ['stop'] },
  });
  expect(rows?.messages).toEqual([
    { role: 'system', parts: [{ type: 'text', content: 'You help.' }], isOutput: false },
    { role: 'user', parts: [{ type: 'text', content: 'Where is A1?' }], isOutput: false },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'hm' },
        { type: 'tool_call', id: 'c1', name: 'find_order', arguments: { id: 'A1' } },
      ],
      isOutput: false,
    },
    {
      role: 'tool',
      parts: [{ type: 'tool_call_response', id: 'c1', name: 'find_order', response: { at: 'sea' } }],
      isOutput: false,
    },
    { role: 'user', parts: [{ type: 'fileData', fileData: { fileUri: 'gs://a/b' } }], isOutput: false },
    { role: 'assistant', parts: [{ type: 'text', content: 'At sea.' }], isOutput: true },
  ]);
  expect(rows?.modelCall?.metadata).toMatchObject({ attributes: { 'gcp.vertex.agent.event_id': 'e1' } });
});

it('maps a tool call of the ADK, and takes the empty object of what is not captured for nothing', () => {
  const attributes = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'find_order',
    'gen_ai.tool.call.id': 'c1',
  };
  const told = { tool_call_args: '{"id":"A1"}', tool_response: '{"at":"sea"}' };
  const hidden = { tool_call_args: '{}', tool_response: '{}' };
  const read = (given: typeof told) => {
    const entries = Object.entries(given).map(([key, value]) => [`gcp.vertex.agent.${key}`, value]);
    return span('execute_tool find_order', { ...attributes, ...Object.fromEntries(entries) })?.toolCall;
  };
  expect(read(told)).toMatchObject({ toolCallId: 'c1', arguments: { id: 'A1' }, result: { at: 'sea' } });
  expect(read(hidden)).toMatchObject({ toolCallId: 'c1', arguments: null, result: null });
});

it('leaves out the span that stands for calls made together: each has its own', () => {
  expect(span('execute_tool (merged)', { 'gen_ai.operation.name': 'execute_tool' })).toBeUndefined();
});

it('knows an agent and a tool by the name of their span before attributes tell', () => {
  expect(span('invoke_agent support')).toMatchObject({
    operation: 'invoke_agent',
    session: { agentName: 'support' },
  });
  expect(span('execute_tool find order')?.toolCall).toMatchObject({ toolName: 'find order' });
  expect(span('call_llm')).toBeUndefined();
});
