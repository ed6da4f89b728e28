import { expect, it } from 'vitest';
import { mapGenAiSpan } from './gen-ai-span.ts';

const span = (name: string, attributes: Record<string, unknown>) =>
  mapGenAiSpan({ traceId: '1', spanId: '2', name, startMs: 0, endMs: 5, attributes });

it('maps a model call of Mastra, whose lists are texts', () => {
  const rows = span('chat m1', {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm1',
    'gen_ai.response.finish_reasons': '["stop"]',
    'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"At sea."}]}]',
  });
  expect(rows?.modelCall?.finishReasons).toEqual(['stop']);
  expect(rows?.messages).toMatchObject([{ isOutput: true, parts: [{ content: 'At sea.' }] }]);
});

it('takes what an agent of Mastra gave back from its own attribute', () => {
  const attributes = {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'support',
    'mastra.agent_run.output': '{"text":"At sea.","files":[]}',
  };
  expect(span('invoke_agent support', attributes)?.messages).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: 'At sea.' }], isOutput: true },
  ]);
});
