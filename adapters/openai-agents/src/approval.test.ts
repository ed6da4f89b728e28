import { join } from 'node:path';
import {
  Agent,
  OpenAIResponsesModel,
  run,
  setTraceProcessors,
  setTracingDisabled,
  tool,
} from '@openai/agents';
import { makeTestFolder } from '@varve/testing';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { VarveTracingProcessor } from './index.ts';
import { readArchives } from './testing/read-archives.ts';
import { type Answer, calls, response, says, scriptedOpenAi } from './testing/scripted-openai.ts';

afterEach(() => {
  setTraceProcessors([]);
  setTracingDisabled(true);
});

const pay = tool({
  name: 'pay',
  description: 'Pay it',
  parameters: z.object({ sum: z.number() }),
  needsApproval: true,
  execute: async ({ sum }) => `paid ${sum}`,
});

async function runWith(decide: 'approve' | 'reject', ...answers: readonly Answer[]) {
  const dir = makeTestFolder();
  const processor = new VarveTracingProcessor({ dir, idleMs: 20 });
  setTraceProcessors([processor]);
  setTracingDisabled(false);
  const model = new OpenAIResponsesModel(scriptedOpenAi(...answers) as never, 'gpt-5');
  const agent = new Agent({ name: 'Payer', model, tools: [pay] });
  const { state, interruptions } = await run(agent, 'pay 5');
  for (const interruption of interruptions) state[decide](interruption);
  await run(agent, state);
  await processor.shutdown();
  const byBegin = (a: Read, b: Read) => (a.session?.startedAtMs ?? 0) - (b.session?.startedAtMs ?? 0);
  return readArchives(join(dir, 'archives')).sort(byBegin);
}

type Read = ReturnType<typeof readArchives>[number];

it('records a run that goes on with its state, which the SDK tells without the begin of a trace', async () => {
  const asked = response(calls('c1', 'pay', { sum: 5 }));
  const [before, after] = await runWith('approve', asked, response(says('done')));
  expect(before).toMatchObject({ session: { status: 'interrupted' }, toolCalls: [], outputs: [] });
  expect(after).toMatchObject({
    session: { status: 'completed', agentName: 'Payer', metadata: before?.session?.metadata },
    toolCalls: [{ toolName: 'pay', arguments: { sum: 5 }, result: 'paid 5', status: 'ok' }],
    modelCalls: [{ status: 'ok' }],
    outputs: [{ content: 'done' }],
  });
});

it('records that somebody refused a call', async () => {
  const asked = response(calls('c1', 'pay', { sum: 5 }));
  const [, after] = await runWith('reject', asked, response(says('not done')));
  expect(after?.toolCalls).toMatchObject([{ toolName: 'pay', status: 'error' }]);
  expect(after?.outputs).toMatchObject([{ content: 'not done' }]);
});

it('takes a run for interrupted while one of many calls waits', async () => {
  const asked = response(calls('c1', 'pay', { sum: 5 }), calls('c2', 'pay', { sum: 6 }));
  const sessions = await runWith('approve', asked, response(says('done')));
  expect(sessions.map(({ session }) => session?.status)).toEqual(['interrupted', 'completed']);
  expect(sessions[1]?.toolCalls).toHaveLength(2);
});
