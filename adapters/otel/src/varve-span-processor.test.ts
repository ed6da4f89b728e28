import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { durableFs } from '@varve/core/internal';
import type { VarveError } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { VarveSpanProcessor, type VarveSpanProcessorOptions } from './index.ts';
import { readArchive, readArchives } from './testing/read-archive.ts';

function record(dir = makeTestFolder(), options: Partial<VarveSpanProcessorOptions> = {}) {
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  const processor = new VarveSpanProcessor({ dir, onRecordError, ...options });
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer('test');
  return {
    dir,
    errors,
    provider,
    start: (name: string, attributes: Record<string, string | number | string[]>, parent?: Span) =>
      tracer.startSpan(name, { attributes }, parent && trace.setSpan(context.active(), parent)),
    read: () => readArchives(dir),
  };
}

const agent = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'support' };
const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'mock',
  'gen_ai.request.model': 'm1',
};
const said = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
const question = said('user', 'Where is it?');
const asked = {
  role: 'assistant',
  parts: [{ type: 'tool_call', id: 't1', name: 'track', arguments: { id: 1 } }],
};

it('records a trace as a session: children that end first, and those that end after the root', async () => {
  const { start, provider, read, errors } = record();
  const root = start('invoke_agent support', agent);
  const first = start('chat m1', { ...chat, 'gen_ai.input.messages': JSON.stringify([question]) }, root);
  first.setAttribute('gen_ai.output.messages', JSON.stringify([asked]));
  first.setAttribute('gen_ai.usage.input_tokens', 12);
  first.end();
  const tool = start(
    'execute_tool track',
    { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'track', 'gen_ai.tool.call.id': 't1' },
    root,
  );
  const late = start(
    'chat m1',
    { ...chat, 'gen_ai.input.messages': JSON.stringify([question, asked, said('user', 'Well?')]) },
    root,
  );
  root.end();
  tool.end();
  late.end();
  start('GET /', { 'http.route': '/' }).end();
  await provider.shutdown();
  const [session, ...others] = read();
  expect([errors, others]).toEqual([[], []]);
  expect(session?.session).toMatchObject({ agentName: 'support', status: 'completed' });
  expect(session?.modelCalls).toMatchObject([
    { requestModel: 'm1', inputTokens: 12, status: 'ok' },
    { requestModel: 'm1', status: 'ok' },
  ]);
  expect(session?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  const modelCallSeq = session?.modelCalls[0]?.seq;
  expect(session?.toolCalls).toMatchObject([
    { toolName: 'track', toolCallId: 't1', status: 'ok', modelCallSeq },
  ]);
});

it.each(['gen_ai.conversation.id', 'session.id'])(
  'makes one session of the traces of one %s',
  async (name) => {
    const { start, provider, read } = record();
    for (const id of ['a', 'b', 'a']) start('chat m1', { ...chat, [name]: id }).end();
    await provider.shutdown();
    const found = read().map(({ session, modelCalls }) => [session?.conversationId, modelCalls.length]);
    expect(found.sort()).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  },
);

it('has the session on the disk when a span starts, and its rows when it ends', () => {
  const { dir, start } = record();
  const live = () => globSync('*.db', { cwd: dir }).map((name) => readArchive(join(dir, name)));
  const span = start('chat m1', chat);
  expect(live()).toMatchObject([{ session: { status: 'running', requestModel: 'm1' }, modelCalls: [] }]);
  span.end();
  expect(live()).toMatchObject([{ modelCalls: [{ requestModel: 'm1' }] }]);
});

it('says that a span failed, and that the session did', async () => {
  const { start, provider, read } = record();
  const span = start('chat m1', { ...chat, 'error.type': 'timeout' });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'too slow' });
  span.end();
  await provider.shutdown();
  expect(read()).toMatchObject([
    {
      session: { status: 'failed' },
      modelCalls: [{ status: 'error', errorType: 'timeout', errorMessage: 'too slow' }],
    },
  ]);
});

it('leaves the agent alone where nothing can be recorded', () => {
  const { start, errors } = record('/dev/null/nowhere');
  expect(() => start('chat m1', chat).end()).not.toThrow();
  expect(errors.length).toBeGreaterThan(0);
});

it('makes a session of an agent inside an agent, which names its parent, also below spans of others', async () => {
  const { start, provider, read } = record();
  const root = start('invoke_agent support', agent);
  const tool = start(
    'execute_tool ask',
    { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'ask', 'gen_ai.tool.call.id': 't1' },
    root,
  );
  const loop = start('loop', {}, tool);
  const inner = start('invoke_agent expert', { ...agent, 'gen_ai.agent.name': 'expert' }, loop);
  start('chat m1', chat, inner).end();
  inner.end();
  tool.end();
  start('chat m1', chat, root).end();
  root.end();
  await provider.shutdown();
  const parent = read().find(({ session }) => session?.agentName === 'support');
  const child = read().find(({ session }) => session?.agentName === 'expert');
  expect(child?.session).toMatchObject({ parentSessionId: parent?.session?.id, parentToolCallId: 't1' });
  expect([parent?.modelCalls.length, child?.modelCalls.length]).toEqual([1, 1]);
});

it('joins a conversation whose id a later span of its trace tells', async () => {
  const { start, provider, read } = record();
  const root = start('invoke_agent support', agent);
  start('chat m1', { ...chat, 'gen_ai.conversation.id': 'a' }, root).end();
  root.end();
  start('chat m1', { ...chat, 'gen_ai.conversation.id': 'a' }).end();
  await provider.shutdown();
  expect(read()).toMatchObject([{ session: { conversationId: 'a' }, modelCalls: [{}, {}] }]);
});

it('seals a session when no span has come for a while, and begins another after that', async () => {
  const { start, read, provider } = record(makeTestFolder(), { idleMs: 20 });
  start('chat m1', chat).end();
  await expect.poll(read).toMatchObject([{ session: { status: 'completed' } }]);
  start('chat m1', chat).end();
  await provider.shutdown();
  expect(read()).toHaveLength(2);
});

it('seals what is open when the process exits, and tells a span that was under way from one that had ended', () => {
  const dir = makeTestFolder();
  const program = `
    import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
    import { VarveSpanProcessor } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const processor = new VarveSpanProcessor({ dir: ${JSON.stringify(dir)} });
    const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('test');
    const attributes = ${JSON.stringify(chat)};
    tracer.startSpan('chat', { attributes }).end();
    tracer.startSpan('chat', { attributes });`;
  const flags = ['--conditions=@varve/source', '--input-type=module', '--eval', program];
  const { status, stderr } = spawnSync(process.execPath, flags, {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  expect([status, stderr]).toEqual([0, '']);
  const statuses = globSync('archives/*.db', { cwd: dir }).map(
    (name) => readArchive(join(dir, name)).session?.status,
  );
  expect(statuses.sort()).toEqual(['completed', 'interrupted']);
});

it('redacts before the disk, also what is told of a session late', async () => {
  const redact = (_path: unknown, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('hunter2', '***') : value;
  const { start, provider, read } = record(makeTestFolder(), { redact });
  const root = start('invoke_agent support', agent);
  const input = JSON.stringify([said('user', 'hunter2')]);
  const told = { ...chat, 'gen_ai.conversation.id': 'hunter2', 'gen_ai.input.messages': input };
  start('chat m1', told, root).end();
  root.end();
  await provider.shutdown();
  expect(read()).toMatchObject([{ session: { conversationId: '***' }, messages: [{ role: 'user' }] }]);
  expect(JSON.stringify(read())).not.toContain('hunter2');
});

it('waits in forceFlush until what was recorded is on the disk', async () => {
  const { start, provider } = record();
  let sync: (() => void) | undefined;
  const aside = vi.spyOn(durableFs, 'syncAside').mockImplementation(
    () =>
      new Promise((resolve) => {
        sync = resolve;
      }),
  );
  onTestFinished(() => aside.mockRestore());
  start('chat m1', chat).end();
  let isFlushed = false;
  const flushed = provider.forceFlush().then(() => {
    isFlushed = true;
  });
  await expect.poll(() => sync).toBeDefined();
  expect(isFlushed).toBe(false);
  sync?.();
  await flushed;
});

it('makes a session of an agent inside an agent, as the ADK tells them: by names first, by attributes when they end', async () => {
  const { start, provider, read } = record();
  const agent = start('invoke_agent support', {});
  const model = start('call_llm', {}, agent);
  const tool = start('execute_tool critic', {}, model);
  const nested = start('invoke_agent critic', {}, start('invocation', {}, tool));
  const asked = { contents: [{ role: 'user', parts: [{ text: 'fine?' }] }] };
  const inner = start('call_llm', {}, nested);
  inner.setAttribute('gen_ai.request.model', 'm1');
  inner.setAttribute('gcp.vertex.agent.llm_request', JSON.stringify(asked));
  for (const span of [inner, nested, tool]) span.end();
  model.setAttribute('gen_ai.request.model', 'm1');
  model.end();
  agent.setAttribute('gen_ai.conversation.id', 's1');
  agent.end();
  await provider.shutdown();
  const sessions = read();
  const outer = sessions.find(({ session }) => session?.agentName === 'support');
  const critic = sessions.find(({ session }) => session?.agentName === 'critic');
  expect(sessions).toHaveLength(2);
  expect(outer).toMatchObject({ session: { conversationId: 's1' }, toolCalls: [{ toolName: 'critic' }] });
  expect(critic?.session?.parentSessionId).toBe(outer?.session?.id);
  expect(critic?.messages).toMatchObject([{ role: 'user', parts: [{ content: 'fine?' }] }]);
});
