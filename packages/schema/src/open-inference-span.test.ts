import { expect, it } from 'vitest';
import { mapGenAiSpan } from './gen-ai-span.ts';

const span = (attributes: Record<string, unknown>) =>
  mapGenAiSpan({
    traceId: '1',
    spanId: '2',
    parentSpanId: '3',
    name: 'step',
    startMs: 0,
    endMs: 5,
    attributes,
  });

it('maps a model call of OpenInference: messages of many parts, tools called, usage, cost and settings', () => {
  const rows = span({
    'openinference.span.kind': 'LLM',
    'session.id': 's1',
    'llm.provider': 'openai',
    'llm.model_name': 'gpt-5',
    'llm.invocation_parameters': '{"temperature":0,"tools":[{}]}',
    'llm.input_messages.0.message.role': 'user',
    'llm.input_messages.0.message.contents.0.message_content.type': 'text',
    'llm.input_messages.0.message.contents.0.message_content.text': 'what is this?',
    'llm.input_messages.0.message.contents.1.message_content.image.image.url': 'https://a/b.png',
    'llm.input_messages.1.message.role': 'tool',
    'llm.input_messages.1.message.tool_call_id': 'c0',
    'llm.input_messages.1.message.content': 'a cat',
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c1',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'look',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"at":1}',
    'llm.token_count.prompt': 10,
    'llm.token_count.completion': 5,
    'llm.token_count.prompt_details.cache_read': 3,
    'llm.token_count.completion_details.reasoning': 2,
    'llm.cost.total': 0.5,
    'input.value': 'left out',
    'user.id': 'u1',
  });
  expect(rows).toMatchObject({ operation: 'chat', conversationId: 's1' });
  expect(rows?.modelCall).toMatchObject({
    providerName: 'openai',
    requestModel: 'gpt-5',
    requestOptions: { temperature: 0 },
    inputTokens: 10,
    outputTokens: 5,
    cacheReadInputTokens: 3,
    reasoningOutputTokens: 2,
    costUsd: 0.5,
  });
  expect(rows?.modelCall?.metadata).toMatchObject({ attributes: { 'user.id': 'u1' } });
  expect(JSON.stringify(rows)).not.toContain('left out');
  expect(rows?.messages.map(({ role, parts }) => [role, ...parts])).toEqual([
    [
      'user',
      { type: 'text', content: 'what is this?' },
      { type: 'uri', modality: 'image', uri: 'https://a/b.png' },
    ],
    ['tool', { type: 'tool_call_response', id: 'c0', response: 'a cat' }],
    ['assistant', { type: 'tool_call', id: 'c1', name: 'look', arguments: { at: 1 } }],
  ]);
});

it('maps tools, agents and embeddings, and takes no other span for one', () => {
  const tool = span({ 'openinference.span.kind': 'TOOL', 'input.value': '{"a":1}', 'output.value': 'ok' });
  expect(tool?.toolCall).toMatchObject({ toolName: 'step', arguments: { a: 1 }, result: 'ok' });
  const agent = span({ 'openinference.span.kind': 'AGENT', 'output.value': 'done' });
  expect(agent).toMatchObject({ operation: 'invoke_agent', session: { agentName: 'step' } });
  expect(agent?.messages).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: 'done' }], isOutput: true },
  ]);
  const embedding = span({ 'openinference.span.kind': 'EMBEDDING', 'embedding.model_name': 'e1' });
  expect(embedding?.modelCall).toMatchObject({ operationName: 'embeddings', requestModel: 'e1' });
  expect(span({ 'http.route': '/' })).toBeUndefined();
});
