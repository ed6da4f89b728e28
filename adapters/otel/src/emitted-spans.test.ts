import { AsyncLocalStorage } from 'node:async_hooks';
import { OpenTelemetry } from '@ai-sdk/otel';
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import * as callbackManager from '@langchain/core/callbacks/manager';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool as langchainTool } from '@langchain/core/tools';
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import * as strands from '@strands-agents/sdk';
import { makeTestFolder } from '@varve/testing';
import { generateText, isStepCount, registerTelemetry, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { VarveSpanProcessor } from './index.ts';
import { type readArchive, readArchives } from './testing/read-archive.ts';

/** What OpenTelemetry's SDK for Node.js registers. */
class AsyncContexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active = () => this.#storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (inner, work, self, ...given) =>
    this.#storage.run(inner, () => work.apply(self, given));
  bind: ContextManager['bind'] = (_context, target) => target;
  enable = () => this;
  disable = () => this;
}

function record() {
  const dir = makeTestFolder();
  const provider = new BasicTracerProvider({ spanProcessors: [new VarveSpanProcessor({ dir })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncContexts());
  return {
    provider,
    read: async () => {
      await provider.shutdown();
      return readArchives(dir);
    },
  };
}

const said = (session: ReturnType<typeof readArchive> | undefined) =>
  session?.messages.map(({ role, parts: [part] }) => `${role} ${part?.type}`);

afterEach(() => {
  trace.disable();
  context.disable();
  globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = undefined;
});

const conversation = [
  'system text',
  'user text',
  'assistant tool_call',
  'tool tool_call_response',
  'assistant text',
];
const weatherOf = { city: 'Oslo', degrees: -3 };

it("records the AI SDK's own OpenTelemetry spans", async () => {
  const { read } = record();
  registerTelemetry(new OpenTelemetry());
  const usage = {
    inputTokens: { total: 10, noCache: 6, cacheRead: 3, cacheWrite: 1 },
    outputTokens: { total: 5, text: 3, reasoning: 2 },
  };
  const call = {
    type: 'tool-call',
    toolCallId: 'c1',
    toolName: 'weather',
    input: '{"city":"Oslo"}',
  } as const;
  const answers = [
    { content: [call], finishReason: { unified: 'tool-calls', raw: 'x' } as const },
    {
      content: [{ type: 'text', text: 'cold' } as const],
      finishReason: { unified: 'stop', raw: 'x' } as const,
    },
  ];
  const doGenerate = async () => ({ ...(answers.shift() as (typeof answers)[0]), usage, warnings: [] });
  const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: async () => weatherOf });
  await generateText({
    model: new MockLanguageModelV4({ provider: 'mock', modelId: 'm1', doGenerate }),
    instructions: 'be brief',
    prompt: 'weather?',
    tools: { weather },
    stopWhen: isStepCount(3),
    telemetry: { functionId: 'forecaster' },
  });
  const [session, ...others] = await read();
  expect(others).toEqual([]);
  expect(session?.session).toMatchObject({
    agentName: 'forecaster',
    providerName: 'mock',
    status: 'completed',
  });
  expect(said(session)).toEqual(conversation);
  expect(session?.modelCalls).toMatchObject([
    { requestModel: 'm1', inputTokens: 10, cacheReadInputTokens: 3, finishReasons: ['tool-calls'] },
    { requestModel: 'm1', outputTokens: 5 },
  ]);
  const modelCallSeq = session?.modelCalls[0]?.seq;
  expect(session?.toolCalls).toMatchObject([
    { toolCallId: 'c1', arguments: { city: 'Oslo' }, result: weatherOf, modelCallSeq },
  ]);
  expect(session?.outputs).toMatchObject([{ content: 'cold' }]);
});

/** A model of Strands that answers from a script. */
class ScriptedStrands extends strands.Model {
  #calls = 0;
  override updateConfig() {}
  override getConfig() {
    return { modelId: 'm1' };
  }
  override async *stream(): AsyncGenerator<strands.ModelStreamEvent> {
    this.#calls += 1;
    const isFirst = this.#calls === 1;
    yield { type: 'modelMessageStartEvent', role: 'assistant' };
    if (isFirst) {
      const start = { type: 'toolUseStart', name: 'weather', toolUseId: 'c1' } as const;
      yield { type: 'modelContentBlockStartEvent', start };
      const delta = { type: 'toolUseInputDelta', input: '{"city":"Oslo"}' } as const;
      yield { type: 'modelContentBlockDeltaEvent', delta };
    } else {
      yield { type: 'modelContentBlockStartEvent' };
      yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'textDelta', text: 'cold' } };
    }
    yield { type: 'modelContentBlockStopEvent' };
    yield { type: 'modelMessageStopEvent', stopReason: isFirst ? 'toolUse' : 'endTurn' };
    const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15, cacheReadInputTokens: 3 };
    yield { type: 'modelMetadataEvent', usage };
  }
}

it('records the spans of Strands, which tell messages and results by events', async () => {
  const { read } = record();
  const weather = strands.tool({
    name: 'weather',
    description: 'The weather of a city',
    inputSchema: z.object({ city: z.string() }),
    callback: () => weatherOf,
  });
  const options = { tools: [weather], systemPrompt: 'be brief', printer: false, name: 'forecaster' };
  await new strands.Agent({ model: new ScriptedStrands(), ...options }).invoke('weather?');
  const [session, ...others] = await read();
  expect(others).toEqual([]);
  expect(session?.session).toMatchObject({ agentName: 'forecaster', status: 'completed' });
  expect(said(session)).toEqual(conversation);
  expect(session?.modelCalls).toMatchObject([
    { requestModel: 'm1', inputTokens: 10, cacheReadInputTokens: 3, finishReasons: ['toolUse'] },
    { outputTokens: 5, finishReasons: ['endTurn'] },
  ]);
  const modelCallSeq = session?.modelCalls[0]?.seq;
  expect(session?.toolCalls).toMatchObject([
    { toolName: 'weather', toolCallId: 'c1', arguments: { city: 'Oslo' }, result: weatherOf, modelCallSeq },
  ]);
  expect(session?.outputs).toMatchObject([{ content: 'cold' }]);
});

/** A chat model of LangChain that answers from a script. */
class ScriptedChat extends BaseChatModel {
  #calls = 0;
  override _llmType() {
    return 'scripted';
  }
  override async _generate() {
    this.#calls += 1;
    const usage_metadata = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
    const calls = [
      { id: 'c1', type: 'function' as const, function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
    ];
    const fields = this.#calls === 1 ? { content: '', additional_kwargs: { tool_calls: calls } } : 'cold';
    const message = Object.assign(new AIMessage(fields), { usage_metadata } as object);
    return { generations: [{ message, text: message.text }] };
  }
}

it("records LangChain through OpenInference's instrumentation", async () => {
  const { provider, read } = record();
  const instrumentation = new LangChainInstrumentation({ tracerProvider: provider });
  instrumentation.manuallyInstrument(callbackManager);
  const schema = z.object({ city: z.string() });
  const weather = langchainTool(
    ({ city }) => {
      if (city === 'Nowhere') throw new Error('no such city');
      return JSON.stringify(weatherOf);
    },
    { name: 'weather', description: 'The weather of a city', schema },
  );
  const model = new ScriptedChat({});
  const agent = RunnableLambda.from(async (question: string, config) => {
    const asked = [new SystemMessage('be brief'), new HumanMessage(question)];
    const answer = await model.invoke(asked, config);
    const result = await weather.invoke({ city: 'Oslo' }, config);
    await expect(weather.invoke({ city: 'Nowhere' }, config)).rejects.toThrow('no such city');
    const told = new ToolMessage({ content: result, tool_call_id: 'c1' });
    return (await model.invoke([...asked, answer, told], config)).text;
  }).withConfig({ runName: 'forecaster' });
  await agent.invoke('weather?', { metadata: { session_id: 'user:42' } });
  instrumentation.disable();
  const [session, ...others] = await read();
  expect(others).toEqual([]);
  expect(session?.session).toMatchObject({ agentName: 'forecaster', conversationId: 'user:42' });
  expect(said(session)).toEqual(conversation);
  expect(session?.modelCalls).toMatchObject([{ inputTokens: 10, status: 'ok' }, { outputTokens: 5 }]);
  expect(session?.toolCalls).toMatchObject([
    { toolName: 'weather', status: 'ok', result: weatherOf },
    { toolName: 'weather', status: 'error', errorMessage: expect.stringContaining('no such city') },
  ]);
});
