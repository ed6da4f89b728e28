import { join } from 'node:path';
import {
  Agent,
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
  Runner,
  run,
  setTraceProcessors,
  setTracingDisabled,
  tool,
  Usage,
  withCustomSpan,
  withTrace,
} from '@openai/agents';
import { assistantMessage, modelResponse, ScriptedModel } from '@openai/agents/testing';
import { recoverSessions } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import type { VarveError } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { VarveTracingProcessor, type VarveTracingProcessorOptions } from './index.ts';
import { readArchives } from './testing/read-archives.ts';
import {
  type Answer,
  calls,
  response,
  says,
  scriptedOpenAi,
  streamingOpenAi,
} from './testing/scripted-openai.ts';

afterEach(() => {
  setTraceProcessors([]);
  setTracingDisabled(true);
});

function record(options: Partial<VarveTracingProcessorOptions> = {}) {
  const dir = makeTestFolder();
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  // In place of the SDK's own processor, which exports to its maker.
  setTraceProcessors([new VarveTracingProcessor({ dir, onRecordError, idleMs: 20, ...options })]);
  setTracingDisabled(false);
  return { dir, errors, read: () => readArchives(join(dir, 'archives')) };
}

const weather = tool({
  name: 'weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    if (city === 'Nowhere') throw new Error('no such city');
    return { city, degrees: -3 };
  },
});

const modelOf = (...answers: readonly Answer[]) =>
  new OpenAIResponsesModel(scriptedOpenAi(...answers) as never, 'gpt-5');

it('makes a session of a trace: messages, model calls with usage, parallel tool calls, a handoff, a guardrail, the answer', async () => {
  const { read, errors, dir } = record();
  const model = modelOf(
    response(calls('c1', 'weather', { city: 'Oslo' }), calls('c2', 'weather', { city: 'Nowhere' })),
    response(calls('c3', 'transfer_to_Writer', {})),
    response(says('cold')),
  );
  const writer = new Agent({ name: 'Writer', instructions: 'be brief', model });
  const guard = async () => ({ outputInfo: {}, tripwireTriggered: false });
  const agent = new Agent({
    name: 'Forecaster',
    instructions: 'be brief',
    model,
    tools: [weather],
    handoffs: [writer],
    inputGuardrails: [{ name: 'polite', execute: guard }],
  });
  const runner = new Runner({ workflowName: 'Weather report', groupId: 'user:42' });
  expect((await runner.run(agent, 'weather?')).finalOutput).toBe('cold');
  const [session, ...others] = read();
  expect([errors, others]).toEqual([[], []]);
  expect(session?.session).toMatchObject({
    agentName: 'Forecaster',
    title: 'Weather report',
    conversationId: 'user:42',
    requestModel: 'gpt-5-2026',
    status: 'completed',
  });
  const roles = session?.messages.map(({ role, parts }) => `${role} ${parts.map(({ type }) => type)}`);
  expect(roles).toEqual([
    'system text',
    'user text',
    'assistant tool_call,tool_call',
    'tool tool_call_response',
    'tool tool_call_response',
    'assistant tool_call',
    'tool tool_call_response',
    'assistant text',
  ]);
  const [first, second] = session?.modelCalls ?? [];
  expect(session?.modelCalls).toHaveLength(3);
  expect(first).toMatchObject({
    providerName: 'openai',
    responseModel: 'gpt-5-2026',
    status: 'ok',
    inputTokens: 10,
    cacheReadInputTokens: 3,
    reasoningOutputTokens: 2,
    requestOptions: { temperature: 0, tools: ['weather'] },
  });
  expect(session?.toolCalls).toMatchObject([
    { toolCallId: 'c1', status: 'ok', arguments: { city: 'Oslo' }, result: { city: 'Oslo', degrees: -3 } },
    { toolCallId: 'c2', status: 'error', arguments: { city: 'Nowhere' } },
  ]);
  expect(session?.toolCalls.map(({ modelCallSeq }) => modelCallSeq)).toEqual([first?.seq, first?.seq]);
  expect(session?.decisions).toMatchObject([
    { summary: 'hand off from Forecaster to Writer', modelCallSeq: second?.seq },
  ]);
  expect(session?.kept.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'guardrail polite',
    'agent Forecaster',
    'agent Writer',
  ]);
  expect(session?.outputs).toMatchObject([{ content: 'cold', isFinal: true }]);
  expect(recoverSessions(dir, { lineage, archiveDir: join(dir, 'archives') }).sealed).toEqual([]);
});

it('records a model of Chat Completions, whose usage stands in its answer alone', async () => {
  const { read } = record();
  const usage = {
    prompt_tokens: 3,
    completion_tokens: 2,
    total_tokens: 5,
    prompt_tokens_details: { cached_tokens: 1 },
  };
  const message = { role: 'assistant', content: 'hello' };
  const choices = [{ index: 0, finish_reason: 'stop', message }];
  const answer = { id: 'cc1', object: 'chat.completion', created: 1, model: 'gpt-5-x', choices, usage };
  const model = new OpenAIChatCompletionsModel(scriptedOpenAi(answer) as never, 'gpt-5');
  await run(new Agent({ name: 'Chat', instructions: 'be brief', model }), 'hi');
  const [session] = read();
  expect(session?.modelCalls).toMatchObject([
    {
      requestModel: 'gpt-5',
      responseModel: 'gpt-5-x',
      finishReasons: ['stop'],
      inputTokens: 3,
      outputTokens: 2,
      cacheReadInputTokens: 1,
    },
  ]);
  expect(session?.messages.map(({ role, parts }) => [role, parts[0]?.content])).toEqual([
    ['system', 'be brief'],
    ['user', 'hi'],
    ['assistant', 'hello'],
  ]);
});

it('records a stream when it has come to its end', async () => {
  const { read } = record();
  const model = new OpenAIResponsesModel(streamingOpenAi(response(says('cold'))) as never, 'gpt-5');
  const result = await run(new Agent({ name: 'Streaming', model }), 'weather?', { stream: true });
  await result.completed;
  await expect
    .poll(read)
    .toMatchObject([
      { session: { status: 'completed', requestModel: 'gpt-5-2026' }, outputs: [{ content: 'cold' }] },
    ]);
});

it('keeps the usage of a model that makes no span of its own', async () => {
  const { read } = record();
  const usage = new Usage({ requests: 1, inputTokens: 7, outputTokens: 2, totalTokens: 9 });
  const model = new ScriptedModel([modelResponse({ output: [assistantMessage('done')], usage })]);
  await run(new Agent({ name: 'Scripted', model }), 'go');
  expect(read()).toMatchObject([{ modelCalls: [{ inputTokens: 7, outputTokens: 2, status: 'ok' }] }]);
});

it('marks a failed model call and its session, and throws what the model threw', async () => {
  const { read } = record();
  const agent = new Agent({ name: 'Unlucky', model: modelOf(new Error('overloaded')) });
  await expect(run(agent, 'x')).rejects.toThrow('overloaded');
  await expect
    .poll(read)
    .toMatchObject([
      { session: { status: 'failed' }, modelCalls: [{ status: 'error', errorMessage: '500 overloaded' }] },
    ]);
});

it('marks a session that a guardrail stopped', async () => {
  const { read } = record();
  const execute = async () => ({ outputInfo: {}, tripwireTriggered: true });
  const inputGuardrails = [{ name: 'polite', execute }];
  const agent = new Agent({ name: 'Guarded', model: modelOf(), inputGuardrails });
  await expect(run(agent, 'x')).rejects.toThrow('guardrail');
  await expect.poll(read).toHaveLength(1);
  const [session] = read();
  expect(session?.session?.status).toBe('failed');
  expect(session?.kept[0]).toMatchObject({ kind: 'guardrail', name: 'polite', value: { triggered: true } });
});

it('makes one session of all that runs in one trace, and says no message twice', async () => {
  const { read } = record();
  const agent = new Agent({
    name: 'Chat',
    instructions: 'be brief',
    model: modelOf(response(says('hi')), response(says('much more'))),
  });
  await withTrace('Chat', async () => {
    const { history } = await run(agent, 'hello');
    await withCustomSpan(async () => undefined, { data: { name: 'break', data: { minutes: 5 } } });
    await run(agent, [...history, { role: 'user', content: 'more' }]);
  });
  const [session, ...others] = read();
  expect(others).toEqual([]);
  expect(session?.messages.map(({ parts }) => parts[0]?.content)).toEqual([
    'be brief',
    'hello',
    'hi',
    'more',
    'much more',
  ]);
  expect(session?.kept).toContainEqual(
    expect.objectContaining({ kind: 'custom', name: 'break', value: { minutes: 5 } }),
  );
});

it('goes on with a trace that outlives a failed run', async () => {
  const { read } = record({ idleMs: 60_000 });
  const agent = new Agent({ name: 'Retried', model: modelOf(new Error('overloaded'), response(says('ok'))) });
  await withTrace('Retry', () => run(agent, 'x').catch(() => run(agent, 'x')));
  expect(read()).toMatchObject([
    { session: { status: 'completed' }, modelCalls: [{ status: 'error' }, { status: 'ok' }] },
  ]);
});

it('leaves out what was said where the run leaves it out of its trace', async () => {
  const { read } = record();
  const model = modelOf(response(calls('c1', 'weather', { city: 'Oslo' })), response(says('secret')));
  const agent = new Agent({ name: 'Quiet', instructions: 'secret', model, tools: [weather] });
  await new Runner({ traceIncludeSensitiveData: false }).run(agent, 'secret');
  const sessions = read();
  expect(JSON.stringify(sessions)).not.toMatch(/secret|Oslo|degrees/);
  expect(sessions).toMatchObject([{ toolCalls: [{ toolName: 'weather', status: 'ok' }] }]);
});

it('redacts before the disk', async () => {
  const redact = (_path: unknown, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('hunter2', '***') : value;
  const { read } = record({ redact });
  const model = modelOf(response(calls('c1', 'weather', { city: 'hunter2' })), response(says('hunter2')));
  await run(new Agent({ name: 'Discreet', model, tools: [weather] }), 'the password is hunter2');
  expect(read()).toMatchObject([{ outputs: [{ content: '***' }] }]);
  expect(JSON.stringify(read())).not.toContain('hunter2');
});

it('never harms the agent when nothing can be recorded, and says so once for a trace', async () => {
  const { errors } = record({ dir: '/dev/null/live' });
  const agent = new Agent({ name: 'Fine', model: modelOf(response(says('fine'))) });
  expect((await run(agent, 'x')).finalOutput).toBe('fine');
  expect(errors.map(({ code }) => code)).toEqual([expect.stringMatching(/^FILE_/)]);
});

it('makes a session of its own of an agent that is used as a tool, which names the call, also when it fails', async () => {
  const { read, errors } = record();
  const critic = (answer: Answer) =>
    new Agent({ name: 'Critic', model: modelOf(answer) }).asTool({
      toolName: 'critic',
      toolDescription: 'Criticises',
    });
  for (const answer of [response(says('fine')), new Error('out of order')]) {
    const model = modelOf(response(calls('c1', 'critic', { input: 'fine?' })), response(says('done')));
    await run(new Agent({ name: 'Support', model, tools: [critic(answer)] }), 'go').catch(() => {});
  }
  await expect.poll(() => read().length).toBe(4);
  const sessions = read();
  const outer = sessions.filter(({ session }) => session?.agentName === 'Support');
  const inner = sessions.filter(({ session }) => session?.agentName === 'Critic');
  expect(outer.map(({ session, toolCalls }) => [session?.parentSessionId, toolCalls.length])).toEqual([
    [null, 1],
    [null, 1],
  ]);
  expect(inner.map(({ session }) => session?.status).sort()).toEqual(['completed', 'failed']);
  for (const { session, modelCalls } of inner) {
    const parent = outer.find((it) => it.session?.id === session?.parentSessionId);
    expect([session?.parentCallSeq, session?.parentToolCallId]).toEqual([parent?.toolCalls[0]?.seq, 'c1']);
    expect(modelCalls).toHaveLength(1);
  }
  expect(errors).toEqual([]);
});
