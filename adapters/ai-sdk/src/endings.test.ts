import {
  generateObject,
  generateText,
  isStepCount,
  registerTelemetry,
  streamObject,
  streamText,
  tool,
} from 'ai';
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { runInSession } from './index.ts';
import { calling, inTurn, recordBy, stop, text, usage } from './testing/record-calls.ts';

type Chunk = Parameters<typeof simulateReadableStream>[0]['chunks'][number];

const record = () => recordBy((telemetry) => registerTelemetry(telemetry));
const streaming = (...chunks: object[]) => {
  const begin = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '1' },
  ];
  const doStream = async () => ({
    stream: simulateReadableStream({ chunks: [...begin, ...chunks] as Chunk[] }),
  });
  return new MockLanguageModelV4({ doStream: doStream as never });
};
const delta = (said: string) => ({ type: 'text-delta', id: '1', delta: said });
const finish = (finishReason: object) => ({ type: 'finish', finishReason, usage });

it.each([
  ['an error', [{ type: 'error', error: new Error('overloaded') }]],
  ['an error and an end', [{ type: 'error', error: new Error('x') }, finish({ unified: 'error', raw: 'e' })]],
])('takes a stream that breaks off by %s for failed, and what it said for no answer', async (_, tail) => {
  const { read, errors } = record();
  const model = streaming(delta('half'), ...tail);
  await streamText({ model, prompt: 'go', onError: () => {} }).consumeStream();
  const [session] = read();
  expect(session).toMatchObject({
    session: { status: 'failed' },
    modelCalls: [{ status: 'error', finishReasons: ['error'] }],
    outputs: [{ content: 'half', isFinal: false }],
  });
  expect(errors).toEqual([]);
});

it('takes a call that was aborted for interrupted, also where it tells that as an error', async () => {
  const { read } = record();
  const gone = new AbortController();
  const slow = tool({
    inputSchema: z.object({}),
    execute: async () => {
      gone.abort();
      gone.signal.throwIfAborted();
    },
  });
  const model = new MockLanguageModelV4({ doGenerate: inTurn([calling(['c1', 'slow', '{}'])]) });
  const options = { tools: { slow }, stopWhen: isStepCount(2), abortSignal: gone.signal };
  await expect(generateText({ model, prompt: 'go', ...options })).rejects.toThrow('aborted');
  expect(read()).toMatchObject([
    { session: { status: 'interrupted' }, toolCalls: [{ status: 'cancelled', errorType: 'AbortError' }] },
  ]);
});

const schema = z.object({ city: z.string() });

it('records what generateObject asked for and made', async () => {
  const { read } = record();
  const model = new MockLanguageModelV4({ doGenerate: async () => text('{"city":"Bern"}') });
  await generateObject({ model, schema, prompt: 'which?' });
  expect(read()).toMatchObject([
    {
      session: { status: 'completed' },
      messages: [
        { role: 'user', parts: [{ type: 'text', content: 'which?' }] },
        { role: 'assistant', parts: [{ type: 'text', content: '{"city":"Bern"}' }], modelCallSeq: 2 },
      ],
      modelCalls: [{ status: 'ok', inputTokens: 10, responseId: 'r1', responseModel: 'm1-2026' }],
      outputs: [{ kind: 'json', content: '{"city":"Bern"}', isFinal: true }],
    },
  ]);
});

it('records what a model said that is no such object, and that the call failed', async () => {
  const { read } = record();
  const model = new MockLanguageModelV4({ doGenerate: async () => text('{"city":1}') });
  await expect(generateObject({ model, schema, prompt: 'which?' })).rejects.toThrow('No object');
  expect(read()).toMatchObject([
    { session: { status: 'failed' }, messages: [{ role: 'user' }, { role: 'assistant' }], outputs: [] },
  ]);
});

it('records what streamObject made, and that it made none', async () => {
  const { read } = record();
  for (const said of ['{"city":"Bern"}', '{"town":"Bern"}']) {
    const model = streaming(delta(said), finish(stop));
    const { object, partialObjectStream } = streamObject({
      model,
      schema,
      prompt: 'which?',
      onError: () => {},
    });
    const settled = object.catch(() => undefined);
    for await (const _ of partialObjectStream);
    await settled;
  }
  const statuses = read().map(({ session, outputs }) => [session?.status, outputs.map((it) => it.isFinal)]);
  expect(statuses.sort()).toEqual([
    ['completed', [true]],
    ['failed', []],
  ]);
});

it('says once what a model asked for, also where somebody was asked to approve it', async () => {
  const { read } = record();
  const pay = tool({ inputSchema: z.object({}), needsApproval: true, execute: async () => 'paid' });
  const options = { tools: { pay }, stopWhen: isStepCount(3) };
  const answers = [calling(['c1', 'pay', '{}']), text('paid it')];
  const model = new MockLanguageModelV4({ doGenerate: inTurn(answers) });
  await runInSession({ id: 'approved' }, async () => {
    const { content, response } = await generateText({ model, prompt: 'go', ...options });
    const request = content.find((part) => part.type === 'tool-approval-request');
    const approval = {
      type: 'tool-approval-response' as const,
      approvalId: request?.approvalId ?? '',
      approved: true,
    };
    const messages = [
      { role: 'user' as const, content: 'go' },
      ...response.messages,
      { role: 'tool' as const, content: [approval] },
    ];
    await generateText({ model, messages, ...options });
  });
  const [session] = read();
  expect(session?.messages.map(({ role, parts }) => [role, parts[0]?.type])).toEqual([
    ['user', 'text'],
    ['assistant', 'tool_call'],
    ['tool', 'tool-approval-response'],
    ['tool', 'tool_call_response'],
    ['assistant', 'text'],
  ]);
  expect(session?.toolCalls).toMatchObject([{ toolCallId: 'c1', result: 'paid' }]);
});
