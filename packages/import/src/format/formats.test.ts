import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type ImportLogsOptions, importLogs } from '../import-logs.ts';
import { dumpArchives, jsonLines } from '../testing/dump-archives.ts';

async function importFiles(
  format: string,
  files: Record<string, string>,
  options: Partial<ImportLogsOptions> = {},
) {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(from, name)), { recursive: true });
    writeFileSync(join(from, name), text);
  }
  const report = await importLogs(format, from, { into, ...options });
  return { report, dumps: dumpArchives(into), from, into };
}

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

describe('codex', () => {
  const line = (second: number, type: string, payload: object) => ({ timestamp: at(second), type, payload });
  const meta = (id: string, more: object = {}) =>
    line(0, 'session_meta', { id, timestamp: at(0), cwd: '/work', cli_version: '1', ...more });
  const item = (second: number, payload: object) => line(second, 'response_item', payload);
  const event = (second: number, payload: object) => line(second, 'event_msg', payload);
  const usage = (second: number, last: number, total: number) => {
    const counts = (n: number) => ({
      input_tokens: n,
      cached_input_tokens: n / 2,
      output_tokens: 5,
      reasoning_output_tokens: 2,
    });
    return event(second, {
      type: 'token_count',
      info: { last_token_usage: counts(last), total_token_usage: counts(total) },
    });
  };
  const said = (role: string, text: string) => ({
    type: 'message',
    role,
    content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
  });

  it('reads what items and events both tell once, whichever comes first', async () => {
    const { dumps, report } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        meta('a'),
        ...[item(1, said('user', 'hello')), event(1, { type: 'user_message', message: 'hello' })],
        ...[
          event(2, { type: 'agent_message', message: 'hi' }),
          item(2, said('assistant', 'hi')),
          usage(2, 10, 10),
        ],
        ...[event(3, { type: 'user_message', message: 'only an event' })],
      ),
    });
    expect(dumps.a?.messages.map(({ role, parts }) => [role, JSON.parse(String(parts))[0].content])).toEqual([
      ['user', 'hello'],
      ['assistant', 'hi'],
      ['user', 'only an event'],
    ]);
    expect(report.skipped).toEqual({
      'repeats an item': 1,
      'told by an event before': 1,
      'told with its model call': 1,
    });
  });

  it('sums the last usage of each call, not the totals, and none that is told again', async () => {
    const { dumps } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        meta('a'),
        item(1, said('assistant', 'x')),
        usage(1, 10, 10),
        usage(2, 10, 10),
        item(3, said('assistant', 'y')),
        usage(3, 30, 40),
      ),
    });
    const counts = dumps.a?.model_calls.map((row) => [
      row.input_tokens,
      row.cache_read_input_tokens,
      row.output_tokens,
      row.reasoning_output_tokens,
    ]);
    expect(counts).toEqual([
      [10, 5, 5, 2],
      [30, 15, 5, 2],
    ]);
  });

  it('pairs calls of all kinds with their results, and tells how they ended', async () => {
    const call = (id: string, more: object) =>
      item(1, {
        type: 'function_call',
        name: 'shell',
        call_id: id,
        arguments: '{"command":["ls"]}',
        ...more,
      });
    const result = (id: string, output: unknown, type = 'function_call_output') =>
      item(2, { type, call_id: id, output });
    const { dumps } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        meta('a'),
        ...[
          call('1', {}),
          result('1', JSON.stringify({ output: 'x', metadata: { exit_code: 0, duration_seconds: 0.5 } })),
        ],
        ...[call('2', {}), result('2', 'Exit code: 3\nWall time: 1 seconds\nOutput:\nno')],
        ...[
          call('3', { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin Patch' }),
          result('3', 'Success', 'custom_tool_call_output'),
        ],
        ...[
          call('4', { type: 'local_shell_call', name: undefined, action: { type: 'exec', command: ['ls'] } }),
          event(1, { type: 'exec_command_end', call_id: '4', exit_code: 1, duration: { secs: 2, nanos: 0 } }),
          result('4', 'no'),
        ],
        call('5', { name: 'mcp__github__search' }),
      ),
    });
    expect(
      dumps.a?.tool_calls.map((row) => [
        row.tool_name,
        row.status,
        row.error_type,
        row.duration_ms,
        row.mcp_server,
      ]),
    ).toEqual([
      ['shell', 'ok', null, 500, null],
      ['shell', 'error', 'exit_code_3', 1000, null],
      ['apply_patch', 'ok', null, 1000, null],
      ['local_shell', 'error', 'exit_code_1', 2000, null],
      ['mcp__github__search', 'interrupted', null, null, 'github'],
    ]);
    expect(JSON.parse(String(dumps.a?.tool_calls[2]?.arguments))).toBe('*** Begin Patch');
  });

  it('gives a fork what it adds, and a thread that a call started its parent', async () => {
    const shared = [item(1, said('user', 'a')), item(2, said('assistant', 'b')), usage(2, 10, 10)];
    const spawn = [
      item(3, { type: 'function_call', name: 'spawn_agent', call_id: 's', arguments: '{}' }),
      event(3, { type: 'collab_agent_spawn_end', call_id: 's', new_thread_id: 'child' }),
    ];
    const { dumps } = await importFiles('codex', {
      'rollout-1.jsonl': jsonLines(meta('a'), ...shared, ...spawn),
      'rollout-2.jsonl': jsonLines(
        meta('b', { forked_from_id: 'a' }),
        meta('a'),
        ...shared,
        item(9, said('user', 'c')),
      ),
      'rollout-3.jsonl': jsonLines(
        meta('child', { source: { subagent: { thread_spawn: { parent_thread_id: 'a' } } } }),
        item(4, said('user', 'look')),
      ),
    });
    expect(dumps.b?.messages.map(({ parts }) => JSON.parse(String(parts))[0].content)).toEqual(['c']);
    expect(dumps.b?.model_calls).toEqual([]);
    expect(dumps.b?.sessions).toMatchObject([{ parent_session_id: 'a' }]);
    expect(dumps.child?.sessions).toMatchObject([
      { parent_session_id: 'a', parent_call_seq: dumps.a?.tool_calls[0]?.seq },
    ]);
  });

  it("reads the first releases' lines, which have no envelope", async () => {
    const { dumps } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        { id: 'old', timestamp: at(0), instructions: 'Be brief.', git: {} },
        { record_type: 'state' },
        said('user', 'hello'),
        said('assistant', 'hi'),
      ),
    });
    expect(dumps.old?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant']);
  });
});

/** After opencode's published schema, as of two of its versions. */
const opencodeDdl = (sessionColumns: string) => `
  CREATE TABLE project (id text PRIMARY KEY, worktree text NOT NULL);
  CREATE TABLE session (id text PRIMARY KEY, project_id text NOT NULL, parent_id text, title text NOT NULL, version text NOT NULL,
    directory text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL${sessionColumns});
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
  CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL, session_id text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
  CREATE INDEX message_session_idx ON message (session_id);
  CREATE INDEX part_message_idx ON part (message_id);`;

function makeOpencodeDatabase(path: string, sessionColumns = ''): void {
  const sqlite = new Database(path);
  sqlite.exec(opencodeDdl(sessionColumns));
  const ms = Date.UTC(2026, 0, 1);
  const session = sqlite.prepare(
    'INSERT INTO session (id, project_id, parent_id, title, version, directory, time_created, time_updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  session.run('ses_1', 'p', null, 'Fix it', '1.2.0', '/work', ms, ms + 5000);
  session.run('ses_2', 'p', 'ses_1', 'Look', '1.2.0', '/work', ms + 1000, ms + 2000);
  const insert = (id: string, sessionId: string, data: object) =>
    sqlite
      .prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?)')
      .run(id, sessionId, ms, ms, JSON.stringify(data));
  const part = (id: string, messageId: string, data: object) =>
    sqlite
      .prepare('INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, messageId, 'ses_1', ms, ms, JSON.stringify(data));
  insert('msg_1', 'ses_1', { role: 'user', time: { created: ms } });
  part('prt_1', 'msg_1', { type: 'text', text: 'fix it' });
  insert('msg_2', 'ses_1', {
    role: 'assistant',
    providerID: 'anthropic',
    modelID: 'claude-x',
    time: { created: ms + 1, completed: ms + 9 },
    cost: 0.5,
    tokens: { input: 1, output: 2, reasoning: 3, cache: { read: 100, write: 10 } },
  });
  const state = (more: object) => ({
    status: 'completed',
    input: { a: 1 },
    output: 'done',
    title: '',
    metadata: {},
    time: { start: ms, end: ms + 40 },
    ...more,
  });
  part('prt_2', 'msg_2', { type: 'step-start' });
  part('prt_3', 'msg_2', {
    type: 'tool',
    callID: 'c1',
    tool: 'bash',
    state: state({ metadata: { exit: 2 } }),
  });
  part('prt_4', 'msg_2', {
    type: 'tool',
    callID: 'c2',
    tool: 'invalid',
    state: state({ output: 'no such tool' }),
  });
  part('prt_5', 'msg_2', { type: 'tool', callID: 'c3', tool: 'read', state: state({}) });
  part('prt_6', 'msg_2', {
    type: 'tool',
    callID: 'c4',
    tool: 'edit',
    state: { status: 'running', input: {}, time: { start: ms } },
  });
  part('prt_7', 'msg_2', {
    type: 'step-finish',
    reason: 'tool-calls',
    cost: 0.5,
    tokens: { input: 1, output: 2, reasoning: 3, cache: { read: 100, write: 10 } },
  });
  sqlite.close();
}

describe('opencode', () => {
  it.each(['', ', slug text, cost real, summary_diffs text, time_archived integer'])(
    'reads a database of either version (%j), and again only what changed',
    async (columns) => {
      const [from, into] = [makeTestFolder(), makeTestFolder()];
      const path = join(from, 'anything.sqlite');
      makeOpencodeDatabase(path, columns);
      expect(await importLogs('auto', from, { into })).toMatchObject({ added: 2, problems: [] });
      const dumps = dumpArchives(into);
      expect(dumps.ses_1?.model_calls).toMatchObject([
        {
          input_tokens: 111,
          output_tokens: 5,
          cache_read_input_tokens: 100,
          cache_creation_input_tokens: 10,
          reasoning_output_tokens: 3,
          cost_usd: 0.5,
          provider_name: 'anthropic',
        },
      ]);
      expect(
        dumps.ses_1?.tool_calls.map((row) => [row.tool_name, row.status, row.error_type, row.duration_ms]),
      ).toEqual([
        ['bash', 'error', 'exit_code_2', 40],
        ['invalid', 'error', 'invalid_tool_call', 40],
        ['read', 'ok', null, 40],
        ['edit', 'interrupted', null, null],
      ]);
      expect(dumps.ses_2?.sessions).toMatchObject([{ parent_session_id: 'ses_1', title: 'Look' }]);
      const sqlite = new Database(path);
      sqlite.exec("UPDATE session SET title = 'Fixed', time_updated = time_updated + 1 WHERE id = 'ses_1'");
      sqlite.close();
      expect(await importLogs('opencode', from, { into })).toMatchObject({ changed: 1, unchanged: 1 });
      expect(dumpArchives(into).ses_1?.sessions).toMatchObject([{ title: 'Fixed' }]);
    },
  );

  it('reads the tree of files that came before', async () => {
    const { dumps } = await importFiles('opencode', {
      'storage/session/p/ses_1.json': JSON.stringify({
        id: 'ses_1',
        version: '1.0',
        title: 'Old',
        time: { created: 1767225600000, updated: 1767225601000 },
      }),
      'storage/message/ses_1/msg_1.json': JSON.stringify({
        id: 'msg_1',
        role: 'user',
        time: { created: 1767225600000 },
      }),
      'storage/part/msg_1/prt_1.json': JSON.stringify({ id: 'prt_1', type: 'text', text: 'hello' }),
    });
    expect(dumps.ses_1?.messages).toMatchObject([
      { role: 'user', parts: '[{"type":"text","content":"hello"}]' },
    ]);
  });
});

describe('gemini-cli', () => {
  it('reads lines of which the last of an id counts, with what was taken back', async () => {
    const message = (id: string, type: string, content: unknown, more: object = {}) => ({
      id,
      type,
      content,
      timestamp: at(1),
      ...more,
    });
    const tokens = { input: 10, output: 2, cached: 4, thoughts: 3, tool: 1, total: 16 };
    const { dumps, report } = await importFiles('gemini-cli', {
      'session-1.jsonl': jsonLines(
        { sessionId: 'g', projectHash: 'h', startTime: at(0), lastUpdated: at(0), kind: 'main' },
        message('1', 'user', [{ text: 'hello' }]),
        message('2', 'gemini', ''),
        message('2', 'gemini', 'hi', { model: 'gemini-x', tokens }),
        { $set: { summary: 'Greeting', lastUpdated: at(9) } },
        message('3', 'user', 'wrong'),
        { $rewindTo: '3' },
      ),
    });
    expect(dumps.g?.messages.map(({ parts, metadata }) => [JSON.parse(String(parts)), metadata])).toEqual([
      [[{ type: 'text', content: 'hello' }], null],
      [[{ type: 'text', content: 'hi' }], null],
      [[{ type: 'text', content: 'wrong' }], '{"rewound":true}'],
    ]);
    expect(dumps.g?.model_calls).toMatchObject([
      { input_tokens: 11, output_tokens: 5, cache_read_input_tokens: 4, reasoning_output_tokens: 3 },
    ]);
    expect(dumps.g?.sessions).toMatchObject([{ title: 'Greeting' }]);
    expect(report.skipped).toEqual({ 'told again later': 1 });
  });
});

describe('pi', () => {
  it("reads entries of version 3: branches, compactions, shell lines of the user's, names", async () => {
    const entry = (id: string, parentId: string | null, type: string, more: object) => ({
      type,
      id,
      parentId,
      timestamp: at(1),
      ...more,
    });
    const { dumps } = await importFiles('pi', {
      's.jsonl': jsonLines(
        {
          type: 'session',
          version: 3,
          id: 'p',
          timestamp: at(0),
          cwd: '/work',
          parentSession: '/x/2026_parent.jsonl',
        },
        entry('1', null, 'message', { message: { role: 'user', content: 'hello' } }),
        entry('2', '1', 'message', {
          message: {
            role: 'assistant',
            content: [{ type: 'thinking', thinking: 'hm', thinkingSignature: 'sig' }],
            stopReason: 'error',
            errorMessage: 'overloaded',
            usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, cost: { total: 0.1 } },
          },
        }),
        entry('3', '1', 'message', {
          message: { role: 'bashExecution', command: 'ls', output: 'a', exitCode: 0 },
        }),
        entry('4', '3', 'compaction', { summary: 'so far', firstKeptEntryId: '1' }),
        entry('5', '4', 'session_info', { name: 'Named' }),
      ),
    });
    expect(dumps.p?.sessions).toMatchObject([{ title: 'Named', parent_session_id: 'parent' }]);
    expect(dumps.p?.model_calls).toMatchObject([
      { status: 'error', error_message: 'overloaded', input_tokens: 8, cost_usd: 0.1 },
    ]);
    expect(JSON.parse(String(dumps.p?.messages[1]?.parts))).toEqual([
      { type: 'reasoning', content: 'hm', thinkingSignature: 'sig' },
    ]);
    expect(dumps.p?.messages[2]?.parts).toContain('bash_execution');
    expect(dumps.p?.intermediate_results.map(({ kind }) => kind)).toEqual(['compaction', 'session_info']);
  });
});

describe('mini-swe-agent', () => {
  it('reads format 1.1: actions, tool calls, observations with their exit codes', async () => {
    const run = {
      trajectory_format: 'mini-swe-agent-1.1',
      info: {
        mini_version: '2.0.0',
        exit_status: 'LimitsExceeded',
        submission: '',
        config: { model: { model_name: 'm' } },
      },
      messages: [
        { role: 'system', content: 'You are' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            { id: 'c', type: 'function', function: { name: 'bash', arguments: '{"command":"ls"}' } },
          ],
          extra: { cost: 0.2, timestamp: 1767225600 },
        },
        {
          role: 'tool',
          tool_call_id: 'c',
          content: '<returncode>1</returncode>',
          extra: { raw_output: 'no', returncode: 1 },
        },
        { role: 'assistant', content: 'again', extra: { actions: [{ command: 'pwd' }] } },
        { role: 'user', content: '<returncode>0</returncode>', extra: { returncode: 0 } },
        { role: 'exit', content: 'over', extra: {} },
      ],
    };
    const { dumps } = await importFiles('mini-swe-agent', { 'r.traj.json': JSON.stringify(run) });
    expect(
      dumps.r?.tool_calls.map((row) => [row.tool_name, row.arguments, row.status, row.error_type]),
    ).toEqual([
      ['bash', '{"command":"ls"}', 'error', 'exit_code_1'],
      ['bash', '{"command":"pwd"}', 'ok', null],
    ]);
    expect(dumps.r?.sessions).toMatchObject([
      { status: 'failed', agent_version: '2.0.0', request_model: 'm' },
    ]);
    expect(dumps.r?.model_calls.map((row) => row.cost_usd)).toEqual([0.2, null]);
  });
});

describe('swe-agent', () => {
  it('reads steps alone, where there is no history', async () => {
    const trajectory = [
      {
        action: 'ls -a\n',
        observation: 'x',
        response: 'Let me look.',
        thought: '',
        execution_time: 0.25,
        state: '{}',
      },
    ];
    const { dumps } = await importFiles('swe-agent', {
      'i.traj': JSON.stringify({ trajectory, info: { exit_status: 'submitted', submission: 'diff' } }),
    });
    expect(dumps.i?.tool_calls).toMatchObject([
      { tool_name: 'ls', arguments: '"ls -a\\n"', result: '"x"', status: 'ok', duration_ms: 250 },
    ]);
    expect(dumps.i?.outputs).toMatchObject([{ content: '"diff"', is_final: 1 }]);
  });
});

describe('tau-bench', () => {
  it('pairs calls whose ids repeat by their place, and reads the simulations of its successor', async () => {
    const call = (q: number) => ({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'same', type: 'function', function: { name: 'f', arguments: `{"q":${q}}` } }],
    });
    const answer = (content: string) => ({ role: 'tool', tool_call_id: 'same', name: 'f', content });
    const traj = [call(1), answer('1'), call(2), answer('Error: no')];
    const simulation = {
      id: 'x',
      task_id: 't',
      trial: 3,
      start_time: at(0),
      end_time: at(9),
      messages: [
        { role: 'assistant', content: 'hi', cost: 0.5, usage: { prompt_tokens: 3, completion_tokens: 1 } },
      ],
    };
    const { dumps } = await importFiles('tau-bench', {
      'one.json': JSON.stringify([{ task_id: 0, trial: 1, reward: 1, info: {}, traj }]),
      'two.json': JSON.stringify({
        info: { agent_info: { llm: 'm' } },
        tasks: [],
        simulations: [simulation],
      }),
    });
    expect(dumps['one-0-1']?.tool_calls.map((row) => [row.arguments, row.result, row.status])).toEqual([
      ['{"q":1}', '"1"', 'ok'],
      ['{"q":2}', '"Error: no"', 'error'],
    ]);
    expect(dumps['two-t-3']?.model_calls).toMatchObject([
      { input_tokens: 3, cost_usd: 0.5, response_model: 'm' },
    ]);
  });
});

describe('atif', () => {
  it('reads copied steps without counting them, and trajectories of sub-agents as sessions', async () => {
    const child = {
      schema_version: 'ATIF-v1.7',
      session_id: 's',
      trajectory_id: 'kid',
      agent: { name: 'b', version: '1' },
      steps: [{ step_id: 1, source: 'user', message: 'do' }],
    };
    const steps = [
      {
        step_id: 1,
        source: 'agent',
        message: 'old',
        is_copied_context: true,
        metrics: { prompt_tokens: 99 },
      },
      {
        ...{
          step_id: 2,
          timestamp: at(2),
          source: 'agent',
          message: [{ type: 'text', text: 'look' }],
          reasoning_content: 'hm',
        },
        tool_calls: [{ tool_call_id: 'd', function_name: 'delegate', arguments: { x: 1 } }],
        observation: {
          results: [
            { source_call_id: 'd', subagent_trajectory_ref: [{ trajectory_id: 'kid' }], content: 'ok' },
          ],
        },
        metrics: {
          prompt_tokens: 5,
          completion_tokens: 2,
          cached_tokens: 1,
          cost_usd: 0.1,
          extra: { reasoning_tokens: 1 },
        },
      },
    ];
    const { dumps } = await importFiles('atif', {
      't.json': JSON.stringify({
        schema_version: 'ATIF-v1.7',
        session_id: 's',
        trajectory_id: 'main',
        agent: { name: 'a', version: '1' },
        steps,
        subagent_trajectories: [child],
      }),
    });
    expect(dumps.main?.model_calls).toMatchObject([
      {
        input_tokens: 5,
        output_tokens: 2,
        cache_read_input_tokens: 1,
        reasoning_output_tokens: 1,
        cost_usd: 0.1,
      },
    ]);
    expect(dumps.kid?.sessions).toMatchObject([
      { parent_session_id: 'main', parent_call_seq: dumps.main?.tool_calls[0]?.seq, agent_name: 'b' },
    ]);
  });
});

describe('openai-chat', () => {
  it('reads sets of several shapes, with the fields where it is told that they are', async () => {
    const { dumps, report } = await importFiles(
      'openai-chat',
      {
        'set.jsonl': jsonLines(
          {
            meta: { key: 'k1' },
            talk: JSON.stringify([
              {
                role: 'user',
                content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
              },
            ]),
          },
          { meta: { key: 'k1' }, talk: [{ from: 'human', value: 'x' }] },
          { meta: {} },
        ),
      },
      { fields: { messages: 'talk', id: 'meta.key' } },
    );
    expect(Object.keys(dumps).sort()).toEqual(['k1', 'k1-2']);
    expect(JSON.parse(String(dumps.k1?.messages[0]?.parts))).toEqual([
      { type: 'blob', mime_type: 'image/png', content: 'AAAA', modality: 'image' },
    ]);
    expect(report.skipped).toEqual({ 'without messages': 1 });
  });
});

describe('otlp', () => {
  const attribute = (key: string, value: unknown) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  });
  const span = (spanId: string, attributes: Record<string, unknown>, more: object = {}) => ({
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', 'svc')] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: 't',
                spanId,
                name: 'n',
                startTimeUnixNano: '1767225600000000000',
                endTimeUnixNano: '1767225600250000000',
                attributes: Object.entries(attributes).map(([k, v]) => attribute(k, v)),
                ...more,
              },
            ],
          },
        ],
      },
    ],
  });
  const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

  it('writes each message once, though every request repeats the conversation, and gathers a trace before its conversation is named', async () => {
    const chat = (input: object[], output: object, tokens: number) => ({
      ...{
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'm',
        'gen_ai.usage.input_tokens': tokens,
        'gen_ai.usage.cache_read.input_tokens': 1,
      },
      ...{
        'gen_ai.input.messages': JSON.stringify(input),
        'gen_ai.output.messages': JSON.stringify([output]),
      },
    });
    const asks = { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: {} }] };
    const { dumps, report } = await importFiles('otlp', {
      'traces.jsonl': jsonLines(
        span('1', chat([text('user', 'yes')], asks, 10)),
        span('2', {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 'f',
          'gen_ai.tool.call.id': 'c',
          'gen_ai.tool.call.arguments': '{"a":1}',
          'error.type': 'timeout',
        }),
        span('3', chat([text('user', 'yes'), asks, text('user', 'yes')], text('assistant', 'done'), 20)),
        span('4', {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': 'agent',
          'gen_ai.conversation.id': 'conv',
        }),
        span('5', { 'http.method': 'GET' }),
        span('1', chat([], asks, 10)),
      ),
    });
    expect(Object.keys(dumps)).toEqual(['conv']);
    expect(dumps.conv?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(dumps.conv?.model_calls.map((row) => [row.input_tokens, row.duration_ms])).toEqual([
      [10, 250],
      [20, 250],
    ]);
    expect(dumps.conv?.tool_calls).toMatchObject([
      {
        status: 'error',
        error_type: 'timeout',
        arguments: '{"a":1}',
        model_call_seq: dumps.conv?.model_calls[0]?.seq,
      },
    ]);
    expect(dumps.conv?.sessions).toMatchObject([{ agent_name: 'agent', conversation_id: 'conv' }]);
    expect(report.skipped).toEqual({ 'without GenAI spans': 1, repeated: 1 });
  });
});
