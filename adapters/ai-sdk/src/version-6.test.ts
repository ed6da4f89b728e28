import { globSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import type { VarveError } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { generateText, registerTelemetryIntegration, stepCountIs, streamText, type ToolSet } from 'ai-6';
import { MockLanguageModelV3, simulateReadableStream } from 'ai-6/test';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { runInSession, type VarveTelemetryOptions, varveTelemetry } from './index.ts';

type Generate = NonNullable<ConstructorParameters<typeof MockLanguageModelV3>[0]>['doGenerate'];
type Answer = Awaited<ReturnType<Extract<Generate, (...args: never[]) => unknown>>>;

const usage = {
  inputTokens: { total: 10, noCache: 6, cacheRead: 3, cacheWrite: 1 },
  outputTokens: { total: 5, text: 3, reasoning: 2 },
};
const stop = { unified: 'stop', raw: 'stop' } as const;
const text = (content: string): Answer => ({
  content: [{ type: 'text', text: content }],
  finishReason: stop,
  usage,
  warnings: [],
  response: { id: 'r1', modelId: 'm1-2026' },
});
const calling = (...calls: readonly [id: string, name: string, input: string][]): Answer => ({
  content: calls.map(([toolCallId, toolName, input]) => ({ type: 'tool-call', toolCallId, toolName, input })),
  finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
  usage,
  warnings: [],
});

function modelOf(...answers: readonly (Answer | Error)[]) {
  let at = 0;
  const doGenerate = async () => {
    const answer = answers[at++];
    if (answer instanceof Error || !answer) throw answer;
    return answer;
  };
  return new MockLanguageModelV3({ provider: 'mock', modelId: 'm1', doGenerate });
}

afterEach(() => {
  globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = undefined;
});

function record(options: Partial<VarveTelemetryOptions> = {}) {
  const dir = makeTestFolder();
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  registerTelemetryIntegration(varveTelemetry({ dir, onRecordError, ...options }));
  const read = () => globSync('archives/*.db', { cwd: dir }).map((name) => readAll(join(dir, name)));
  return { dir, errors, read };
}

function readAll(path: string) {
  using archive = openArchive(path, { lineage });
  const { sessions, messages, modelCalls, toolCalls, outputs } = lineage.tables;
  return {
    session: archive.db.select().from(sessions).get(),
    messages: archive.db.select().from(messages).all(),
    modelCalls: archive.db.select().from(modelCalls).all(),
    toolCalls: archive.db.select().from(toolCalls).all(),
    outputs: archive.db.select().from(outputs).all(),
  };
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
