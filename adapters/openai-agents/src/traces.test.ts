import { Agent, Runner, run, withCustomSpan, withTrace } from '@openai/agents';
import { expect, it } from 'vitest';
import { modelOf, recordTraces, weather } from './testing/record-traces.ts';
import { type Answer, calls, response, says } from './testing/scripted-openai.ts';

it('marks a failed model call and its session, and throws what the model threw', async () => {
  const { read } = recordTraces();
  const agent = new Agent({ name: 'Unlucky', model: modelOf(new Error('overloaded')) });
  await expect(run(agent, 'x')).rejects.toThrow('overloaded');
  await expect
    .poll(read)
    .toMatchObject([
      { session: { status: 'failed' }, modelCalls: [{ status: 'error', errorMessage: '500 overloaded' }] },
    ]);
});

it('marks a session that a guardrail stopped', async () => {
  const { read } = recordTraces();
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
  const { read } = recordTraces();
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
  const { read } = recordTraces({ idleMs: 60_000 });
  const agent = new Agent({ name: 'Retried', model: modelOf(new Error('overloaded'), response(says('ok'))) });
  await withTrace('Retry', () => run(agent, 'x').catch(() => run(agent, 'x')));
  expect(read()).toMatchObject([
    { session: { status: 'completed' }, modelCalls: [{ status: 'error' }, { status: 'ok' }] },
  ]);
});

it('leaves out what was said where the run leaves it out of its trace', async () => {
  const { read } = recordTraces();
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
  const { read } = recordTraces({ redact });
  const asked = { ...response(calls('c1', 'weather', { city: 'hunter2' })), model: 'my-hunter2' };
  const model = modelOf(asked, response(says('hunter2')));
  await run(new Agent({ name: 'Discreet', model, tools: [weather] }), 'the password is hunter2');
  expect(read()).toMatchObject([{ outputs: [{ content: '***' }] }]);
  expect(JSON.stringify(read())).not.toContain('hunter2');
});

it('never harms the agent when nothing can be recorded, and says so once for a trace', async () => {
  const { errors } = recordTraces({ dir: '/dev/null/live' });
  const agent = new Agent({ name: 'Fine', model: modelOf(response(says('fine'))) });
  expect((await run(agent, 'x')).finalOutput).toBe('fine');
  expect(errors.map(({ code }) => code)).toEqual([expect.stringMatching(/^FILE_/)]);
});

it('makes a session of its own of an agent that is used as a tool, which names the call, also when it fails', async () => {
  const { read, errors } = recordTraces();
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
