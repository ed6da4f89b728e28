import { globSync } from 'node:fs';
import { join } from 'node:path';
import { recoverSessions } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { makeTestFolder } from '@varve/testing';
import { APICallError, generateText, isStepCount, registerTelemetry, streamText, tool } from 'ai';
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { currentSession, runInSession, type VarveTelemetryOptions, varveTelemetry } from './index.ts';
import { type Answer, calling, inTurn, recordBy, stop, text, usage } from './testing/record-calls.ts';

function modelOf(...answers: readonly (Answer | Error)[]) {
  return new MockLanguageModelV4({ provider: 'mock', modelId: 'm1', doGenerate: inTurn(answers) });
}

function record(options: Partial<VarveTelemetryOptions> = {}) {
  return recordBy(registerTelemetry, options);
}

const weather = tool({
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    if (city === 'Nowhere') throw new Error('no such city');
    return { city, degrees: -3 };
  },
});

it('makes one session of a call: messages, model calls with usage, tool calls and the answer', async () => {
  const { read, errors } = record();
  const model = modelOf(
    calling(['c1', 'weather', '{"city":"Oslo"}'], ['c2', 'weather', '{"city":"Nowhere"}']),
    text('cold'),
  );
  const result = await generateText({
    model,
    instructions: 'be brief',
    prompt: 'weather?',
    temperature: 0,
    tools: { weather },
    stopWhen: isStepCount(3),
    telemetry: { functionId: 'forecaster' },
  });
  expect(result.text).toBe('cold');
  const [session, ...others] = read();
  expect(others).toEqual([]);
  expect(session?.session).toMatchObject({
    agentName: 'forecaster',
    providerName: 'mock',
    requestModel: 'm1',
    status: 'completed',
  });
  expect(session?.messages.map(({ role }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
    'assistant',
  ]);
  expect(session?.modelCalls).toMatchObject([
    { status: 'ok', finishReasons: ['tool-calls'], inputTokens: 10, cacheReadInputTokens: 3 },
    { status: 'ok', responseModel: 'm1-2026', responseId: 'r1', outputTokens: 5, reasoningOutputTokens: 2 },
  ]);
  expect(session?.modelCalls[0]?.requestOptions).toMatchObject({ temperature: 0 });
  const [first] = session?.modelCalls ?? [];
  expect(session?.toolCalls).toMatchObject([
    { toolCallId: 'c1', status: 'ok', result: { city: 'Oslo', degrees: -3 }, modelCallSeq: first?.seq },
    { toolCallId: 'c2', status: 'error', errorMessage: 'no such city', modelCallSeq: first?.seq },
  ]);
  expect(session?.outputs).toMatchObject([{ content: 'cold', isFinal: true }]);
  expect(errors).toEqual([]);
});

it('makes one session of all calls in runInSession, and says no message twice', async () => {
  const { read } = record();
  await runInSession({ id: 'user:42/chat', agentName: 'support', conversationId: 'user:42' }, async () => {
    const hello = { role: 'user', content: 'hello' } as const;
    await generateText({ model: modelOf(text('hi')), messages: [hello] });
    const history = [
      hello,
      { role: 'assistant', content: 'hi' } as const,
      { role: 'user', content: 'more' } as const,
    ];
    await generateText({ model: modelOf(text('much more')), messages: history });
  });
  const [session, ...others] = read();
  expect(others).toEqual([]);
  expect(session?.session).toMatchObject({ id: 'user:42/chat', agentName: 'support', status: 'completed' });
  expect(session?.messages.map(({ parts }) => parts[0]?.content)).toEqual([
    'hello',
    'hi',
    'more',
    'much more',
  ]);
  expect(session?.modelCalls).toHaveLength(2);
});

it('makes a session of its own of a call inside a tool, which names its parent', async () => {
  const { read } = record();
  const ask = tool({
    inputSchema: z.object({}),
    execute: async () => (await generateText({ model: modelOf(text('inner')), prompt: 'sub' })).text,
  });
  await generateText({
    model: modelOf(calling(['c1', 'ask', '{}']), text('outer')),
    prompt: 'top',
    tools: { ask },
    stopWhen: isStepCount(3),
  });
  const sessions = read();
  const parent = sessions.find(({ session }) => session?.parentSessionId === null);
  const child = sessions.find(({ session }) => session?.parentSessionId !== null);
  expect(sessions).toHaveLength(2);
  expect(child?.session).toMatchObject({
    parentSessionId: parent?.session?.id,
    parentCallSeq: parent?.toolCalls[0]?.seq,
    parentToolCallId: 'c1',
  });
});

it('marks a failed call and its session, and throws what the model threw', async () => {
  const { read } = record();
  const failing = generateText({ model: modelOf(new Error('overloaded')), prompt: 'x', maxRetries: 0 });
  await expect(failing).rejects.toThrow('overloaded');
  const [session] = read();
  expect(session?.session?.status).toBe('failed');
  expect(session?.modelCalls).toMatchObject([{ status: 'error', errorMessage: 'overloaded' }]);
});

it('records a stream, and one that is aborted in the middle as cancelled', async () => {
  const { read } = record();
  const stream = () =>
    new MockLanguageModelV4({
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
  const whole = streamText({ model: stream(), prompt: 'hi' });
  expect(await whole.text).toBe('hello');
  const controller = new AbortController();
  const cut = streamText({ model: stream(), prompt: 'hi', abortSignal: controller.signal });
  for await (const _ of cut.textStream) controller.abort();
  await expect
    .poll(() =>
      read()
        .map(({ session }) => session?.status)
        .sort(),
    )
    .toEqual(['completed', 'interrupted']);
  const aborted = read().find(({ session }) => session?.status === 'interrupted');
  expect(aborted?.modelCalls).toMatchObject([{ status: 'cancelled' }]);
});

it('leaves inputs and outputs out where the call says so', async () => {
  const { read } = record();
  await generateText({
    model: modelOf(calling(['c1', 'weather', '{"city":"Oslo"}']), text('secret answer')),
    prompt: 'secret question',
    tools: { weather },
    stopWhen: isStepCount(3),
    telemetry: { recordInputs: false, recordOutputs: false },
  });
  const sessions = read();
  expect(JSON.stringify(sessions)).not.toMatch(/secret|Oslo|degrees/);
  expect(sessions[0]?.toolCalls).toMatchObject([{ toolName: 'weather', status: 'ok' }]);
});

it('hands the session to the tool that runs in it, for rows of its own', async () => {
  const { read } = record();
  const { toolCalls } = lineage.tables;
  const note = tool({
    inputSchema: z.object({}),
    execute: async () => {
      currentSession(lineage)?.record(toolCalls, { toolName: 'inner', status: 'ok' });
      return 'noted';
    },
  });
  const model = modelOf(calling(['c1', 'note', '{}']), text('done'));
  await generateText({ model, prompt: 'x', tools: { note }, stopWhen: isStepCount(3) });
  expect(currentSession(lineage)).toBeUndefined();
  expect(read()[0]?.toolCalls.map(({ toolName }) => toolName)).toEqual(['note', 'inner']);
});

it('counts the attempts of a request that is made again', async () => {
  const { read } = record();
  const overloaded = new APICallError({
    message: 'overloaded',
    url: 'none',
    requestBodyValues: {},
    statusCode: 529,
    responseHeaders: { 'retry-after-ms': '1' },
  });
  await generateText({ model: modelOf(overloaded, text('at last')), prompt: 'x', maxRetries: 1 });
  const [session] = read();
  expect(session?.session?.status).toBe('completed');
  expect(session?.modelCalls.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 'error'],
    [2, 'ok'],
  ]);
  expect(session?.messages).toHaveLength(2);
});

it('is an integration of one call too, which takes the place of those that are registered', async () => {
  const { read } = record();
  const dir = makeTestFolder();
  const telemetry = { integrations: varveTelemetry({ dir }) };
  await generateText({ model: modelOf(text('here')), prompt: 'x', telemetry });
  expect(read()).toEqual([]);
  expect(globSync('archives/*.db', { cwd: dir })).toHaveLength(1);
});

it('never harms the agent when nothing can be recorded, and says so once for a session', async () => {
  const { errors } = record({ dir: '/dev/null/live' });
  expect((await generateText({ model: modelOf(text('fine')), prompt: 'x' })).text).toBe('fine');
  expect(errors).toHaveLength(1);
  expect(errors[0]?.code).toMatch(/^FILE_/);
});

it('redacts before the disk, and leaves nothing live', async () => {
  const redact = (_path: unknown, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('hunter2', '***') : value;
  const { read, dir } = record({ redact });
  await generateText({ model: modelOf(text('your password is hunter2')), prompt: 'hunter2?' });
  expect(JSON.stringify(read())).not.toContain('hunter2');
  expect(recoverSessions(dir, { lineage, archiveDir: join(dir, 'archives') }).sealed).toEqual([]);
});
