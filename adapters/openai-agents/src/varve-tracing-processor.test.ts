import { join } from 'node:path';
import { Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, run, Usage } from '@openai/agents';
import { assistantMessage, modelResponse, ScriptedModel } from '@openai/agents/testing';
import { recoverSessions } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { modelOf, recordTraces, weather } from './testing/record-traces.ts';
import { calls, response, says, scriptedOpenAi, streamingOpenAi } from './testing/scripted-openai.ts';

it('makes a session of a trace: messages, model calls with usage, parallel tool calls, a handoff, a guardrail, the answer', async () => {
  const { read, errors, dir } = recordTraces();
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
  const { read } = recordTraces();
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
  const { read } = recordTraces();
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
  const { read } = recordTraces();
  const usage = new Usage({ requests: 1, inputTokens: 7, outputTokens: 2, totalTokens: 9 });
  const model = new ScriptedModel([modelResponse({ output: [assistantMessage('done')], usage })]);
  await run(new Agent({ name: 'Scripted', model }), 'go');
  expect(read()).toMatchObject([{ modelCalls: [{ inputTokens: 7, outputTokens: 2, status: 'ok' }] }]);
});
