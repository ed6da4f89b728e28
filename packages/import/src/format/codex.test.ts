import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives, jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

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

  it('keeps reasoning whose item never comes, once, and what items hide in theirs', async () => {
    const reasoning = (text: string) => event(1, { type: 'agent_reasoning', text });
    const summary = [{ type: 'summary_text', text: 'with an item' }];
    const { dumps, report } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        meta('a'),
        ...[reasoning('with an item'), reasoning('alone')],
        item(2, { type: 'reasoning', summary, encrypted_content: 'gAAA' }),
        item(3, said('assistant', 'hi')),
        reasoning('at the end'),
      ),
    });
    const parts = dumps.a?.messages.map((row) => JSON.parse(String(row.parts))[0]);
    expect(parts).toMatchObject([
      { type: 'reasoning', content: 'with an item', encrypted_content: 'gAAA' },
      { type: 'reasoning', content: 'alone' },
      { type: 'text', content: 'hi' },
      { type: 'reasoning', content: 'at the end' },
    ]);
    expect(report.skipped).toEqual({ 'told with its item': 1 });
  });

  it('knows the prefix of a fork whose parent an earlier import read from elsewhere', async () => {
    const [one, two] = [makeTestFolder(), makeTestFolder()];
    const turn = [item(1, said('user', 'ask')), item(2, said('assistant', 'hi')), usage(2, 10, 10)];
    writeFileSync(join(one, 'rollout-a.jsonl'), jsonLines(meta('a'), ...turn));
    const fork = [meta('b', { forked_from_id: 'a' }), meta('a'), ...turn, item(5, said('user', 'other'))];
    writeFileSync(join(two, 'rollout-b.jsonl'), jsonLines(...fork));
    const into = makeTestFolder();
    await importLogs('codex', one, { into });
    expect(await importLogs('codex', two, { into })).toMatchObject({ added: 1, unchanged: 1 });
    const dumps = dumpArchives(into);
    expect(dumps.b?.sessions).toMatchObject([{ parent_session_id: 'a' }]);
    expect(dumps.b?.messages).toHaveLength(1);
    expect(dumps.b?.model_calls).toEqual([]);
  });
});
