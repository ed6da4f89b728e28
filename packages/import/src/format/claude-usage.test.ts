import { describe, expect, it } from 'vitest';
import { assistant, importText, session, user } from '../testing/claude-records.ts';

const own = (input: number, output: number) => ({
  type: 'message',
  input_tokens: input,
  output_tokens: output,
});
const advisor = {
  type: 'advisor_message',
  model: 'claude-advisor',
  input_tokens: 900,
  cache_read_input_tokens: 50,
  output_tokens: 40,
};

async function modelCallsOf(...usages: readonly object[]) {
  const lines = usages.map((usage, at) =>
    assistant(at + 2, [{ type: 'text', text: `part ${at}` }], { id: 'msg', usage }, { requestId: 'req' }),
  );
  const text = [user(1, 'hi'), ...lines].map((line) => JSON.stringify(line)).join('\n');
  const { dumps } = await importText(text);
  return dumps[session]?.model_calls.map((row) => [
    row.response_model,
    row.input_tokens,
    row.cache_read_input_tokens,
    row.output_tokens,
  ]);
}

describe('usage of Claude Code', () => {
  it('counts what the usage of an answer leaves out as calls of their own, once', async () => {
    const usage = { input_tokens: 5, output_tokens: 9, iterations: [own(2, 4), advisor, own(3, 5)] };
    const early = { input_tokens: 2, output_tokens: 4, iterations: [] };
    expect(await modelCallsOf(early, usage, usage)).toEqual([
      ['claude-x', 5, null, 9],
      ['claude-advisor', 950, 50, 40],
    ]);
    const compaction = { type: 'compaction', input_tokens: 180_000, output_tokens: 3500 };
    const summed = { input_tokens: 23_000, output_tokens: 1000, iterations: [compaction, own(23_000, 1000)] };
    expect(await modelCallsOf(summed)).toEqual([
      ['claude-x', 23_000, null, 1000],
      ['claude-x', 180_000, null, 3500],
    ]);
  });

  it('counts nothing twice that the usage of an answer has in it', async () => {
    const unknown = { type: 'later_kind', input_tokens: 3, output_tokens: 5 };
    const usages = [
      { input_tokens: 5, output_tokens: 9, iterations: [own(2, 4), own(3, 5)] },
      { input_tokens: 5, output_tokens: 9, iterations: [own(2, 4), unknown] },
      { input_tokens: 7, output_tokens: 7, iterations: [own(2, 4), unknown] },
      { input_tokens: 5, output_tokens: 9, iterations: ['?', null, { input_tokens: 5, output_tokens: 9 }] },
    ];
    for (const usage of usages) expect(await modelCallsOf(usage)).toHaveLength(1);
  });
});
