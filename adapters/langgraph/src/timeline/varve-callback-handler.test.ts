import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import { tool } from '@langchain/core/tools';
import { Command, END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import type { VarveError } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { type RecordRunsOptions, VarveCallbackHandler } from '../index.ts';
import { buildApproval, question } from '../testing/approval-graph.ts';

function record(options: Partial<RecordRunsOptions> = {}) {
  const dir = makeTestFolder();
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  const handler = new VarveCallbackHandler({ dir, onRecordError, ...options });
  const read = () => {
    return globSync('archives/*.db', { cwd: dir })
      .sort()
      .map((path) => {
        using archive = openArchive(join(dir, path), { lineage });
        const { sessions, messages, modelCalls, toolCalls, intermediateResults, outputs } = lineage.tables;
        const rows = <T>(query: { all(): T }) => query.all();
        return {
          session: rows(archive.db.select().from(sessions))[0],
          messages: rows(archive.db.select().from(messages)),
          modelCalls: rows(archive.db.select().from(modelCalls)),
          toolCalls: rows(archive.db.select().from(toolCalls)),
          nodes: rows(archive.db.select().from(intermediateResults)),
          outputs: rows(archive.db.select().from(outputs)),
        };
      });
  };
  return { handler, read, errors, dir };
}

const weather = tool(async ({ city }: { city: string }) => `12 degrees in ${city}`, {
  name: 'weather',
  description: 'the weather',
  schema: z.object({ city: z.string() }),
});
const broken = tool(
  () => {
    throw new RangeError('no such place');
  },
  { name: 'broken', description: 'fails', schema: z.object({}) },
);

/** An agent as LangGraph's own: a model, its tools, and the model again. */
function buildAgent(model: ReturnType<typeof fakeModel>) {
  const callsTools = ({ messages }: { messages: BaseMessage[] }) =>
    (messages.at(-1) as AIMessage).tool_calls?.length ? 'tools' : END;
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode([weather, broken]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', callsTools)
    .addEdge('tools', 'model')
    .compile({ name: 'weather-agent' });
}

const usage_metadata = {
  ...{ input_tokens: 10, output_tokens: 5, total_tokens: 15 },
  ...{ input_token_details: { cache_read: 3 }, output_token_details: { reasoning: 2 } },
};
const asking = Object.assign(
  new AIMessage({
    content: 'I look it up.',
    tool_calls: [
      { id: 'c1', name: 'weather', args: { city: 'Oslo' } },
      { id: 'c2', name: 'broken', args: {} },
    ],
    response_metadata: { finish_reason: 'tool_calls', model_name: 'm1-2026' },
  }),
  { usage_metadata },
);

it('records a run with its messages once, its calls of the model and of tools, and its nodes', async () => {
  const { handler, read, errors } = record();
  const agent = buildAgent(fakeModel().respond(asking).respond(new AIMessage('It is 12 degrees.')));
  const config = { callbacks: [handler], configurable: { thread_id: 'user/42' } };
  await agent.invoke({ messages: [new HumanMessage('How is Oslo?')] }, config);
  const [it, ...others] = read();
  expect([errors, others]).toEqual([[], []]);
  expect(it?.session).toMatchObject({
    agentName: 'weather-agent',
    conversationId: 'user/42',
    status: 'completed',
  });
  expect(it?.messages.map(({ role, parts }) => [role, ...parts.map(({ type }) => type)])).toEqual([
    ['user', 'text'],
    ['assistant', 'text', 'tool_call', 'tool_call'],
    ['tool', 'tool_call_response'],
    ['tool', 'tool_call_response'],
    ['assistant', 'text'],
  ]);
  const [first] = it?.modelCalls ?? [];
  expect(first).toMatchObject({
    ...{ status: 'ok', inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 3, reasoningOutputTokens: 2 },
    ...{ responseModel: 'm1-2026', finishReasons: ['tool_calls'], metadata: { node: 'model', step: 1 } },
  });
  expect(it?.toolCalls).toMatchObject([
    {
      toolName: 'weather',
      toolCallId: 'c1',
      arguments: { city: 'Oslo' },
      result: '12 degrees in Oslo',
      status: 'ok',
    },
    {
      toolName: 'broken',
      toolCallId: 'c2',
      status: 'error',
      errorType: 'RangeError',
      errorMessage: 'no such place',
    },
  ]);
  expect(it?.toolCalls.map(({ modelCallSeq }) => modelCallSeq)).toEqual([first?.seq, first?.seq]);
  expect(it?.nodes.map(({ name, value }) => [name, (value as { status: string }).status])).toEqual([
    ['model', 'ok'],
    ['tools', 'ok'],
    ['model', 'ok'],
  ]);
  expect(it?.outputs).toMatchObject([{ kind: 'text', content: 'It is 12 degrees.', isFinal: true }]);
});

it('names the nodes of a subgraph by their path, and tells a run that waits from one that is done', async () => {
  const { handler, read } = record();
  const graph = buildApproval(new MemorySaver());
  const config = { callbacks: [handler], configurable: { thread_id: 't' } };
  await graph.invoke(question, config);
  await graph.invoke(new Command({ resume: 'yes' }), config);
  const sessions = read();
  expect(sessions.map(({ session }) => [session?.status, session?.conversationId])).toEqual([
    ['interrupted', 't'],
    ['completed', 't'],
  ]);
  const nodes = sessions.map((it) =>
    it.nodes.map(({ name, value }) => `${name} ${(value as { status: string }).status}`),
  );
  expect(nodes).toEqual([
    ['draft ok', 'ask/check ok', 'ask/question interrupted', 'ask interrupted'],
    ['ask/question ok', 'ask ok', 'send ok'],
  ]);
  expect(sessions.map(({ outputs }) => outputs.length)).toEqual([0, 1]);
});

it('records what fails, and leaves the failure to the agent', async () => {
  const { handler, read } = record();
  const agent = buildAgent(fakeModel().alwaysThrow(new TypeError('overloaded')));
  const run = agent.invoke({ messages: [new HumanMessage('?')] }, { callbacks: [handler] });
  await expect(run).rejects.toThrow('overloaded');
  const [it] = read();
  expect(it?.session?.status).toBe('failed');
  expect(it?.modelCalls).toMatchObject([
    { status: 'error', errorType: 'TypeError', errorMessage: 'overloaded' },
  ]);
  expect(it?.nodes).toMatchObject([{ name: 'model', value: { status: 'error' } }]);
});

it.each([
  [
    'whose stream nobody reads to its end',
    async (_: unknown, options: object) => {
      const graph = new StateGraph(MessagesAnnotation)
        .addNode('first', async () => ({ messages: [] }))
        .addNode('second', () => new Promise<object>((resolve) => setTimeout(resolve, 200, { messages: [] })))
        .addEdge(START, 'first')
        .addEdge('first', 'second')
        .addEdge('second', END)
        .compile();
      const chunks = await graph.stream({ messages: [] }, { ...options, streamMode: 'updates' });
      for await (const _ of chunks) break;
    },
  ],
  [
    'that is aborted',
    async (graph: ReturnType<typeof buildAgent>, options: object) => {
      const gone = new AbortController();
      const run = graph.invoke({ messages: [new HumanMessage('?')] }, { ...options, signal: gone.signal });
      gone.abort();
      await expect(run).rejects.toThrow('abort');
    },
  ],
])('takes a run for interrupted %s', async (_, work) => {
  const { handler, read } = record();
  await work(buildAgent(fakeModel().respond(new AIMessage('fine'))), { callbacks: [handler] });
  await expect.poll(() => read().map(({ session }) => session?.status)).toEqual(['interrupted']);
});

it('keeps runs apart that go on at once, and a call of a model that is no part of a graph', async () => {
  const { handler, read } = record();
  const callbacks = [handler];
  const runs = ['a', 'b', 'c'].map((said) => {
    const agent = buildAgent(fakeModel().respond(new AIMessage(`answer ${said}`)));
    return agent.invoke({ messages: [new HumanMessage(said)] }, { callbacks });
  });
  await Promise.all([...runs, fakeModel().respond(new AIMessage('alone')).invoke('x', { callbacks })]);
  const said = read().map(({ messages }) => messages.map(({ parts }) => parts[0]?.content).join());
  expect(said.sort()).toEqual(['a,answer a', 'b,answer b', 'c,answer c', 'x,alone']);
});

it('never harms the agent when nothing can be recorded', async () => {
  const { handler, errors } = record({ dir: '/dev/null/live' });
  const agent = buildAgent(fakeModel().respond(new AIMessage('fine')));
  const { messages } = await agent.invoke({ messages: [new HumanMessage('?')] }, { callbacks: [handler] });
  expect(messages.at(-1)?.content).toBe('fine');
  expect(errors[0]?.code).toMatch(/^FILE_/);
});

it('records all runs of a process by one line', () => {
  const { read, dir } = record();
  const program = fileURLToPath(new URL('../testing/record-runs-program.ts', import.meta.url));
  execFileSync(process.execPath, ['--conditions=@varve/source', program, dir]);
  const sessions = read();
  expect(sessions.map(({ session }) => session?.conversationId).sort()).toEqual(['1', '2']);
  expect(sessions.map(({ modelCalls, messages }) => [modelCalls.length, messages.length])).toEqual([
    [1, 4],
    [1, 4],
  ]);
});
