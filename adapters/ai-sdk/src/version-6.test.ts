import { generateText, registerTelemetryIntegration, stepCountIs, streamText, type ToolSet } from 'ai-6';
import { MockLanguageModelV3, simulateReadableStream } from 'ai-6/test';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { runInSession, type VarveTelemetryOptions } from './index.ts';
import { type Answer, calling, inTurn, recordBy, stop, text, usage } from './testing/record-calls.ts';

function modelOf(...answers: readonly (Answer | Error)[]) {
  return new MockLanguageModelV3({ provider: 'mock', modelId: 'm1', doGenerate: inTurn(answers) });
}

function record(options: Partial<VarveTelemetryOptions> = {}) {
  return recordBy(registerTelemetryIntegration, options);
}

const tools: ToolSet = {
  weather: {
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }: { city: string }) => {
      if (city === 'Nowhere') throw new Error('no such city');
      return { city, degrees: -3 };
    },
  },
};

it('makes one session of a call: messages, model calls with usage, parallel tool calls and the answer', async () => {
  const { read, errors } = record();
  const model = modelOf(
    calling(['c1', 'weather', '{"city":"Oslo"}'], ['c2', 'weather', '{"city":"Nowhere"}']),
    text('cold'),
  );
  const asked = { model, system: 'be brief', prompt: 'weather?', temperature: 0, tools };
  await generateText({
    ...asked,
    stopWhen: stepCountIs(3),
    experimental_telemetry: { functionId: 'forecaster' },
  });
  const [session, ...others] = read();
  expect([errors, others]).toEqual([[], []]);
  expect(session?.session).toMatchObject({
    agentName: 'forecaster',
    requestModel: 'm1',
    status: 'completed',
  });
  const roles = session?.messages.map(({ role }) => role);
  expect(roles).toEqual(['system', 'user', 'assistant', 'tool', 'assistant']);
  expect(session?.modelCalls).toMatchObject([
    { status: 'ok', finishReasons: ['tool-calls'], inputTokens: 10, cacheReadInputTokens: 3 },
    { status: 'ok', responseModel: 'm1-2026', responseId: 'r1', reasoningOutputTokens: 2 },
  ]);
  const [first] = session?.modelCalls ?? [];
  expect(first?.requestOptions).toMatchObject({ temperature: 0, tools: ['weather'] });
  expect(session?.toolCalls).toMatchObject([
    { toolCallId: 'c1', status: 'ok', result: { city: 'Oslo', degrees: -3 }, modelCallSeq: first?.seq },
    { toolCallId: 'c2', status: 'error', errorMessage: 'no such city', modelCallSeq: first?.seq },
  ]);
  expect(session?.outputs).toMatchObject([{ content: 'cold', isFinal: true }]);
});

it('tells calls apart that run at the same time, though no event names its call', async () => {
  const { read } = record();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const run = (name: string) => {
    const model = modelOf(calling([name, 'weather', `{"city":"${name}"}`]), text(`answer ${name}`));
    return generateText({ model, prompt: name, tools, stopWhen: stepCountIs(3) });
  };
  await Promise.all(names.map(run));
  const found = read().map(({ messages, toolCalls, outputs }) => [
    messages[0]?.parts[0]?.content,
    toolCalls.map(({ toolCallId }) => toolCallId),
    outputs[0]?.content,
  ]);
  expect(found.sort()).toEqual(names.map((name) => [name, [name], `answer ${name}`]));
});

it('makes a session of its own of a call inside a tool, which names its parent', async () => {
  const { read } = record();
  const ask = {
    inputSchema: z.object({}),
    execute: async () => (await generateText({ model: modelOf(text('inner')), prompt: 'sub' })).text,
  };
  const model = modelOf(calling(['c1', 'ask', '{}']), text('outer'));
  await generateText({ model, prompt: 'top', tools: { ask }, stopWhen: stepCountIs(3) });
  await generateText({ model: modelOf(text('after')), prompt: 'later' });
  const parents = read().map(({ session, outputs }) => [outputs[0]?.content, session?.parentToolCallId]);
  expect(parents.sort()).toEqual([
    ['after', null],
    ['inner', 'c1'],
    ['outer', null],
  ]);
});

it('records a stream, and one that is aborted in the middle as cancelled', async () => {
  const { read } = record();
  const stream = () =>
    new MockLanguageModelV3({
      doStream: async () => ({
        stream: simulateReadableStream({
          chunks: [
            { type: 'stream-start', warnings: [] },
            { type: 'text-start', id: '1' },
            { type: 'text-delta', id: '1', delta: 'hel' },
            { type: 'text-delta', id: '1', delta: 'lo' },
            { type: 'text-end', id: '1' },
            { type: 'finish', finishReason: stop, usage },
          ],
        }),
      }),
    });
  expect(await streamText({ model: stream(), prompt: 'hi' }).text).toBe('hello');
  const controller = new AbortController();
  const cut = streamText({ model: stream(), prompt: 'hi', abortSignal: controller.signal });
  for await (const _ of cut.textStream) controller.abort();
  const statuses = () => read().map(({ session, modelCalls }) => [session?.status, modelCalls[0]?.status]);
  await expect
    .poll(() => statuses().sort())
    .toEqual([
      ['completed', 'ok'],
      ['interrupted', 'cancelled'],
    ]);
});

it('takes a stream that breaks off by an error for failed, and what it said for no answer', async () => {
  const { read, errors } = record();
  const model = new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: 'stream-start', warnings: [] },
          { type: 'text-start', id: '1' },
          { type: 'text-delta', id: '1', delta: 'half' },
          { type: 'error', error: new Error('overloaded') },
        ],
      }),
    }),
  });
  await streamText({ model, prompt: 'go', onError: () => {} }).consumeStream();
  expect(read()).toMatchObject([
    {
      session: { status: 'failed' },
      modelCalls: [{ status: 'error', finishReasons: ['error'] }],
      outputs: [{ content: 'half', isFinal: false }],
    },
  ]);
  expect(errors).toEqual([]);
});

it('knows of a failed call inside of runInSession at once, and of another when nothing is heard of it', async () => {
  const { read } = record({ idleMs: 50 });
  const fail = () => generateText({ model: modelOf(new Error('overloaded')), prompt: 'x', maxRetries: 0 });
  await expect(runInSession({ agentName: 'told' }, fail)).rejects.toThrow('overloaded');
  expect(read()).toMatchObject([
    { session: { status: 'failed' }, modelCalls: [{ status: 'error', errorMessage: 'overloaded' }] },
  ]);
  await expect(fail()).rejects.toThrow('overloaded');
  const statuses = () => read().map(({ session }) => session?.status);
  await expect.poll(() => statuses().sort()).toEqual(['failed', 'interrupted']);
});

it('leaves inputs and outputs out where the recorder is told to', async () => {
  const { read } = record({ recordInputs: false, recordOutputs: false });
  const model = modelOf(calling(['c1', 'weather', '{"city":"Oslo"}']), text('secret answer'));
  await generateText({ model, prompt: 'secret question', tools, stopWhen: stepCountIs(3) });
  expect(JSON.stringify(read())).not.toMatch(/secret|Oslo|degrees/);
  expect(read()).toMatchObject([{ toolCalls: [{ toolName: 'weather', status: 'ok' }] }]);
});
