import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { assistant, user, uuid } from './testing/claude-records.ts';
import { dumpArchives, jsonLines } from './testing/dump-archives.ts';
import { at } from './testing/import-files.ts';

type Step = readonly [log: string, text: string];

/** Imports after each step, which adds to a log or begins it; then all of it once more, elsewhere. */
async function importStepwise(format: string, steps: readonly Step[]) {
  const [from, into, other] = [makeTestFolder(), makeTestFolder(), makeTestFolder()];
  for (const [log, text] of steps) {
    mkdirSync(dirname(join(from, log)), { recursive: true });
    appendFileSync(join(from, log), text);
    await importLogs(format, from, { into });
  }
  await importLogs(format, from, { into: other });
  const whole = dumpArchives(other);
  expect(dumpArchives(into)).toEqual(whole);
  return whole;
}

const inputs = (dumps: Awaited<ReturnType<typeof importStepwise>>, name: string) =>
  dumps[name]?.model_calls.map(({ input_tokens }) => input_tokens);

const first = uuid(9_000_001);
const fork = uuid(9_000_002);
const answer = (n: number, tokens: number, more: object) =>
  assistant(n, [{ type: 'text', text: `answer ${n}` }], { usage: { input_tokens: tokens } }, more);

it('reads what a fork was made from again when a sub-agent of the fork goes on', async () => {
  const [a, f] = [{ sessionId: first }, { sessionId: fork }];
  const agent = { ...f, isSidechain: true, agentId: 'x' };
  const dumps = await importStepwise('claude-code', [
    [`${first}.jsonl`, jsonLines(user(1, 'go', a), answer(2, 10, a))],
    [`${fork}.jsonl`, jsonLines(user(1, 'go', f), answer(2, 10, f), user(3, 'on', f), answer(4, 20, f))],
    [`${fork}/subagents/agent-x.jsonl`, jsonLines(user(5, 'look', { ...agent, parentUuid: null }))],
    [`${fork}/subagents/agent-x.jsonl`, jsonLines(answer(6, 40, agent))],
  ]);
  expect([first, fork, `${fork}.agent-x`].map((name) => inputs(dumps, name))).toEqual([[10], [20], [40]]);
});

it('tells a sub-agent where its call stands when the log that a fork was made from turns up', async () => {
  const [a, f] = [{ sessionId: first }, { sessionId: fork }];
  const task = { type: 'tool_use', id: 'task', name: 'Task', input: { prompt: 'look' } };
  const done = { type: 'tool_result', tool_use_id: 'task', content: 'seen' };
  const dumps = await importStepwise('claude-code', [
    [
      `${fork}.jsonl`,
      jsonLines(
        ...[user(1, 'go', f), answer(2, 10, f), assistant(3, [task], {}, f)],
        user(4, [done], { ...f, toolUseResult: { agentId: 'x' } }),
      ),
    ],
    [
      `${fork}/subagents/agent-x.jsonl`,
      jsonLines(user(5, 'look', { ...f, isSidechain: true, agentId: 'x' })),
    ],
    [`${first}.jsonl`, jsonLines(user(1, 'go', a), answer(2, 10, a))],
  ]);
  const [call] = dumps[fork]?.tool_calls ?? [];
  expect(call).toBeDefined();
  expect(dumps[`${fork}.agent-x`]?.sessions).toMatchObject([
    { parent_session_id: fork, parent_call_seq: call?.seq, parent_tool_call_id: 'task' },
  ]);
});

it("knows the call of a sub-agent's sub-agent, whichever log is longer", async () => {
  const of = (agentId: string) => ({ sessionId: first, isSidechain: true, agentId });
  const task = { type: 'tool_use', id: 'task', name: 'Task', input: { prompt: 'deeper' } };
  const done = { type: 'tool_result', tool_use_id: 'task', content: 'seen' };
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  const logs = {
    'main.jsonl': [user(1, 'go', { sessionId: first })],
    'agent-zz.jsonl': [
      user(2, 'look '.repeat(500), { ...of('zz'), parentUuid: null }),
      assistant(3, [task], {}, of('zz')),
      user(6, [done], { ...of('zz'), toolUseResult: { agentId: 'aa' } }),
    ],
    'agent-aa.jsonl': [user(4, 'deeper', { ...of('aa'), parentUuid: null })],
  };
  for (const [name, records] of Object.entries(logs)) writeFileSync(join(from, name), jsonLines(...records));
  await importLogs('claude-code', from, { into });
  expect(dumpArchives(into)[`${first}.agent-aa`]?.sessions).toMatchObject([
    { parent_session_id: `${first}.agent-zz`, parent_tool_call_id: 'task' },
  ]);
});

const line = (second: number, type: string, payload: object) => ({ timestamp: at(second), type, payload });
const meta = (second: number, id: string, more: object = {}) =>
  line(second, 'session_meta', { id, timestamp: at(second), cwd: '/work', cli_version: '1', ...more });
const turn = (second: number, tokens: number) => [
  line(second, 'response_item', {
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: `ask for ${tokens}` }],
  }),
  line(second, 'response_item', {
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: `answer of ${tokens}` }],
  }),
  line(second, 'event_msg', {
    type: 'token_count',
    info: { last_token_usage: { input_tokens: tokens, output_tokens: 1 } },
  }),
];

it.each([
  ['with the name of what it was made from', (id: string) => ({ forked_from_id: id })],
  ['by the copied header alone', () => ({})],
])('gives forks of forks of Codex what each adds, %s', async (_, named) => {
  const dumps = await importStepwise('codex', [
    ['rollout-a.jsonl', jsonLines(meta(0, 'a'), ...turn(1, 10))],
    [
      'rollout-b.jsonl',
      jsonLines(meta(10, 'b', named('a')), meta(10, 'a'), ...turn(10, 10), ...turn(11, 20)),
    ],
    [
      'rollout-c.jsonl',
      jsonLines(
        ...[meta(20, 'c', named('b')), meta(20, 'b', named('a')), meta(20, 'a')],
        ...[...turn(20, 10), ...turn(20, 20), ...turn(21, 40)],
      ),
    ],
  ]);
  expect(['a', 'b', 'c'].map((name) => inputs(dumps, name))).toEqual([[10], [20], [40]]);
  expect(dumps.c?.sessions).toMatchObject([{ parent_session_id: 'b' }]);
  expect(dumps.c?.messages).toHaveLength(2);
});
