import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { type SessionStoreEntry, VarveSessionStore } from './index.ts';
import { answer, assistant, entry, key, make, use, user } from './testing/session-store.ts';

const child = { ...key, subpath: 'subagents/agent-a1b2' };

const longText = 'This is what the command printed, line by line, and it is long.';
const conversation = () => [
  user('Which files are there?'),
  assistant([{ type: 'text', text: 'I will look.' }, use('t1', 'Bash', { command: 'ls' })]),
  answer('t1', longText),
  { type: 'custom-title', customTitle: 'Files', sessionId: key.sessionId } as SessionStoreEntry,
  entry('progress', undefined, { data: { percent: 50 } }),
  assistant([{ type: 'text', text: 'These.' }]),
];

it('gives back every entry as it was, in its order, live and sealed', async () => {
  const { open } = make();
  const entries = conversation();
  const store = open();
  expect(await store.load(key)).toBeNull();
  await store.append(key, entries.slice(0, 2));
  await store.append(key, entries.slice(2));
  expect(await store.load(key)).toEqual(entries);
  store.sealAll();
  expect(await open().load(key)).toEqual(entries);
});

it('has the rows that an import of the transcript has', async () => {
  const { open, read } = make();
  const store = open();
  await store.append(key, conversation());
  store.seal(key);
  const [session] = read();
  expect(session?.session).toMatchObject({
    id: key.sessionId,
    agentName: 'claude-code',
    agentVersion: '2.1.0',
    requestModel: 'claude-sonnet-5',
    title: 'Files',
    status: 'completed',
  });
  expect(session?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  expect(session?.modelCalls).toMatchObject([{ inputTokens: 10, outputTokens: 5 }, { status: 'ok' }]);
  const [first] = session?.modelCalls ?? [];
  expect(session?.toolCalls).toMatchObject([
    { toolCallId: 't1', toolName: 'Bash', status: 'ok', result: longText, modelCallSeq: first?.seq },
  ]);
});

it.each([
  { type: 'assistant', uuid: 'a1', message: null },
  { type: 'assistant', uuid: 'a2', message: { content: 'text', usage: 'x' } },
  { type: 'user', uuid: 'u1', message: { content: [null, 7, { type: 'tool_result' }] } },
  { type: 'user', uuid: 'u2', timestamp: 'no time', message: { role: 'martian' } },
  { type: 7 },
  { nothing: 1 },
])('keeps an odd entry whole: %j', async (odd) => {
  const { open } = make();
  const store = open();
  await store.append(key, [odd as unknown as SessionStoreEntry]);
  store.sealAll();
  expect(await store.load(key)).toEqual([odd]);
});

it('stores an entry once, however often it is given, and those without a uuid each time', async () => {
  const { open } = make();
  const entries = conversation();
  const store = open();
  await store.append(key, entries);
  await store.append(key, entries);
  const title = entries.filter(({ uuid }) => uuid === undefined);
  expect(await store.load(key)).toEqual([...entries, ...title]);
});

it('goes on with a session after the process has died, in the same file', async () => {
  const { dir, open, read } = make();
  const [question, asked, answered, ...others] = conversation() as [
    SessionStoreEntry,
    ...SessionStoreEntry[],
  ];
  const program = `
    import { VarveSessionStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const store = new VarveSessionStore({ dir: ${JSON.stringify(dir)} });
    await store.append(${JSON.stringify(key)}, ${JSON.stringify([question, asked])});
    process.kill(process.pid, 'SIGKILL');`;
  const flags = ['--conditions=@varve/source', '--input-type=module', '--eval', program];
  const { signal } = spawnSync(process.execPath, flags, { cwd: import.meta.dirname });
  expect(signal).toBe('SIGKILL');
  const store = open();
  const rest = [question, asked, answered, ...others] as SessionStoreEntry[];
  await store.append(key, rest);
  expect(await store.load(key)).toEqual(rest);
  store.sealAll();
  expect(read()).toMatchObject([{ toolCalls: [{ toolCallId: 't1', status: 'ok', result: longText }] }]);
});

it('goes on with a session after it was sealed, in a further archive that names the first', async () => {
  const store = make();
  const entries = conversation();
  const before = store.open();
  await before.append(key, entries.slice(0, 3));
  before.sealAll();
  const after = store.open();
  await after.append(key, entries);
  expect(await after.load(key)).toEqual(entries);
  after.sealAll();
  expect(await store.open().load(key)).toEqual(entries);
  expect(store.read().map(({ session }) => session?.parentSessionId)).toEqual([null, key.sessionId]);
  expect(await store.open().listSessions(key.projectKey)).toHaveLength(1);
});

it('makes a session of a sub-agent that names its parent and the call that started it', async () => {
  const { open, read } = make();
  const store = open();
  const start = assistant([use('t9', 'Task', { prompt: 'Look into it' })]);
  const done = user([{ type: 'tool_result', tool_use_id: 't9', content: 'done' }], {
    toolUseResult: { agentId: 'a1b2', totalDurationMs: 5 },
  });
  const own = [user('Look into it', { isSidechain: true, agentId: 'a1b2' })];
  await store.append(key, [user('Delegate'), start]);
  await store.append(child, own);
  await store.append(key, [done]);
  expect(await store.listSubkeys(key)).toEqual(['subagents/agent-a1b2']);
  expect(await store.load(child)).toEqual(own);
  expect(await store.load(key)).toHaveLength(3);
  expect(await store.listSessions(key.projectKey)).toMatchObject([{ sessionId: key.sessionId }]);
  expect(await store.listSessions('another')).toEqual([]);
  store.seal(key);
  const [agent, parent] = read();
  expect(agent?.session).toMatchObject({
    parentSessionId: key.sessionId,
    parentCallSeq: parent?.toolCalls[0]?.seq,
    parentToolCallId: 't9',
  });
});

it('keeps a sidecar of any name apart from the session', async () => {
  const { open } = make();
  const store = open();
  const sidecar = { ...key, subpath: 'notes/of the day' };
  const entries = [{ type: 'note', text: 'x' } as SessionStoreEntry];
  await store.append(sidecar, entries);
  expect(await store.load(sidecar)).toEqual(entries);
  expect(await store.load(key)).toBeNull();
  expect(await store.listSubkeys(key)).toEqual(['notes/of the day']);
});

it('learns from hooks how long tools took, and which were refused', async () => {
  const { open, read } = make();
  const store = open();
  const hooks = store.hooks();
  const call = (event: keyof typeof hooks, id: string, more = {}) =>
    hooks[event][0]?.hooks[0]?.({ hook_event_name: event, tool_use_id: id, ...more }, id);
  await store.append(key, [assistant([use('t1', 'Bash', {}), use('t2', 'Write', {})])]);
  await call('PreToolUse', 't1');
  await call('PostToolUse', 't1');
  await store.append(key, [answer('t1', 'ok')]);
  await store.append(key, [answer('t2', 'no', true)]);
  await call('PermissionDenied', 't2', { reason: 'a rule says no' });
  store.sealAll();
  const [one, two] = read()[0]?.toolCalls ?? [];
  expect(one?.durationMs).toBeLessThan(60_000);
  expect(two).toMatchObject({ status: 'denied', errorType: 'rejected', errorMessage: 'a rule says no' });
});

it('takes a refusal, and how long a tool took, from where the SDK says so', async () => {
  const { open, read } = make();
  const store = open();
  const hook = store.hooks().PostToolUse[0]?.hooks[0];
  await store.append(key, [assistant(['t1', 't2', 't3'].map((id) => use(id, 'Write', {})))]);
  await hook?.({ hook_event_name: 'PostToolUse', tool_use_id: 't1', duration_ms: 1234 }, 't1');
  const refused = (id: string, toolDenialKind: string) =>
    user([{ type: 'tool_result', tool_use_id: id, content: 'not that', is_error: true }], {
      toolUseResult: 'Error: not that',
      toolDenialKind,
    });
  await store.append(key, [
    answer('t1', 'ok'),
    refused('t2', 'permission-rule'),
    refused('t3', 'interrupted'),
  ]);
  store.sealAll();
  expect(read()[0]?.toolCalls).toMatchObject([
    { status: 'ok', durationMs: 1234 },
    { status: 'denied', errorType: 'rejected', errorMessage: 'not that' },
    { status: 'cancelled', errorType: 'interrupted' },
  ]);
});

it.each(['first', 'last'])(
  'knows which call started a sub-agent though others were told the same, where its metadata comes %s',
  async (place) => {
    const { open, read } = make();
    const store = open();
    const agents = ['a1', 'b2', 'c3'];
    const started = agents.map((id) => use(`call-${id}`, 'Agent', { prompt: 'Look into it' }));
    await store.append(key, [user('Delegate'), assistant(started)]);
    for (const agentId of agents) {
      const told = { type: 'agent_metadata', agentType: 'general-purpose', toolUseId: `call-${agentId}` };
      const said = [user('Look into it', { isSidechain: true, agentId })];
      const entries = place === 'first' ? [told, ...said] : [...said, told];
      await store.append({ ...key, subpath: `subagents/agent-${agentId}` }, entries);
    }
    store.sealAll();
    const calls = read().find(({ session }) => session?.parentSessionId === null)?.toolCalls;
    const parents = read().flatMap(({ session }) => (session?.parentSessionId ? [session] : []));
    expect(parents.map(({ parentToolCallId, parentCallSeq }) => [parentToolCallId, parentCallSeq])).toEqual(
      calls?.map(({ toolCallId, seq }) => [toolCallId, seq]),
    );
  },
);

it('says what goes wrong, and has stored nothing then', async () => {
  const store = new VarveSessionStore({ dir: '/dev/null/nowhere' });
  await expect(store.append(key, [user('x')])).rejects.toMatchObject({
    code: expect.stringMatching(/^FILE_/),
  });
});
