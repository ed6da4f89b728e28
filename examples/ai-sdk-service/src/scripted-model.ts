import { MockLanguageModelV4 } from 'ai/test';

const usage = {
  inputTokens: { total: 120, noCache: 120, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 30, text: 30, reasoning: 0 },
};

/** In place of a provider: first it calls the tool that the question is about, then it answers. */
export function scriptedModel(question: string): MockLanguageModelV4 {
  const [orderId = ''] = /\w-\d+/.exec(question) ?? [];
  const toolName = question.includes('back') ? 'refund' : 'findOrder';
  let calls = 0;
  const doGenerate = async () => {
    calls += 1;
    const call = { type: 'tool-call' as const, toolCallId: `call-${calls}`, toolName };
    const text = toolName === 'refund' ? 'The money is on its way.' : 'It arrives tomorrow.';
    const isFirst = calls === 1;
    return {
      content: isFirst
        ? [{ ...call, input: JSON.stringify({ orderId }) }]
        : [{ type: 'text' as const, text }],
      finishReason: { unified: isFirst ? ('tool-calls' as const) : ('stop' as const), raw: undefined },
      usage,
      warnings: [],
    };
  };
  return new MockLanguageModelV4({ provider: 'scripted', modelId: 'support-1', doGenerate });
}
