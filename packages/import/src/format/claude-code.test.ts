import { describe, expect, it } from 'vitest';
import { assistant, importText, session, user, uuid } from '../testing/claude-records.ts';
import { jsonLines } from '../testing/dump-archives.ts';

describe('a transcript', () => {
  it('counts one message in several lines once, with its greatest usage', async () => {
    const same = { id: 'msg_1' };
    const { dumps } = await importText(
      jsonLines(
        user(1, 'hello'),
        assistant(
          2,
          [{ type: 'text', text: 'a' }],
          { ...same, usage: { input_tokens: 1, cache_read_input_tokens: 100, output_tokens: 1 } },
          { requestId: 'r' },
        ),
        assistant(
          3,
          [{ type: 'text', text: 'b' }],
          { ...same, usage: { input_tokens: 1, cache_read_input_tokens: 100, output_tokens: 9 } },
          { requestId: 'r' },
        ),
      ),
    );
    expect(dumps[session]?.model_calls).toMatchObject([
      { input_tokens: 101, cache_read_input_tokens: 100, output_tokens: 9 },
    ]);
    expect(dumps[session]?.messages.map((row) => row.model_call_seq)).toEqual([null, 3, 3]);
  });

  it('costs a torn or foreign line that line, and counts it', async () => {
    const lines = jsonLines(user(1, 'hello'), user(2, 'again'));
    const { report, dumps } = await importText(
      `${lines}not json\n[1]\n${jsonLines(user(3, 'more'))}{"type":"user","uu`,
    );
    expect(dumps[session]?.messages).toHaveLength(3);
    expect(report.skipped).toEqual({ 'not JSON': 1, 'not a record': 1, torn: 1 });
    expect(report.problems).toEqual([]);
  });

  it('makes no model call of what the program itself says', async () => {
    const { dumps } = await importText(
      jsonLines(
        user(1, 'hello'),
        assistant(2, [{ type: 'text', text: 'API Error' }], { model: '<synthetic>' }),
      ),
    );
    expect(dumps[session]?.model_calls).toEqual([]);
    expect(dumps[session]?.messages).toHaveLength(2);
  });

  it('tells how calls ended, also those that were refused, interrupted, or never answered', async () => {
    const use = (n: number, name = 'Bash') =>
      assistant(n, [{ type: 'tool_use', id: `t${n}`, name, input: { command: 'ls' } }]);
    const result = (n: number, id: string, content: unknown, more: object = {}, record: object = {}) =>
      user(n, [{ type: 'tool_result', tool_use_id: id, content, ...more }], record);
    const { dumps } = await importText(
      jsonLines(
        user(1, 'go'),
        ...[use(2), result(3, 't2', 'fine', {}, { toolUseResult: { stdout: 'fine', durationMs: 7 } })],
        ...[use(4), result(5, 't4', 'Exit code 2\nno', { is_error: true })],
        ...[
          use(6),
          result(7, 't6', "The user doesn't want to proceed with this tool use.", { is_error: true }),
        ],
        ...[use(8), result(9, 't8', 'half', {}, { toolUseResult: { interrupted: true } })],
        use(10, 'mcp__github__search'),
      ),
    );
    const told = dumps[session]?.tool_calls.map((row) => [
      row.status,
      row.error_type,
      row.duration_ms,
      row.mcp_server,
    ]);
    expect(told).toEqual([
      ['ok', null, 7, null],
      ['error', 'exit_code_2', 1000, null],
      ['denied', 'rejected', 1000, null],
      ['cancelled', null, 1000, null],
      ['interrupted', null, null, 'github'],
    ]);
    expect(dumps[session]?.sessions).toMatchObject([{ status: 'interrupted', agent_version: '2.1.0' }]);
  });

  it('gives what was said while the agent worked as a message, though it stands in an attachment', async () => {
    const attachment = (n: number, attachment: object) => ({
      ...user(n, ''),
      message: undefined,
      type: 'attachment',
      attachment,
    });
    const queued = { type: 'queued_command', commandMode: 'prompt', origin: { kind: 'human' } };
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'YWJj' } };
    const { dumps } = await importText(
      jsonLines(
        user(1, 'go'),
        attachment(2, { ...queued, prompt: 'and check the tests' }),
        attachment(3, { ...queued, prompt: [{ type: 'text', text: 'see' }, image] }),
        attachment(4, { type: 'hook_success', hookName: 'Stop', content: 'ok' }),
        attachment(5, queued),
      ),
    );
    expect(
      dumps[session]?.messages.map(({ role, parts }) => [role, JSON.parse(String(parts))]),
    ).toMatchObject([
      ['user', [{ content: 'go' }]],
      ['user', [{ type: 'text', content: 'and check the tests' }]],
      ['user', [{ content: 'see' }, { type: 'blob', content: 'YWJj' }]],
    ]);
    expect(JSON.parse(String(dumps[session]?.messages[1]?.metadata))).toMatchObject({ attachment: queued });
    expect(dumps[session]?.intermediate_results.map(({ name }) => name)).toEqual([
      'hook_success',
      'queued_command',
    ]);
  });

  it("reads the calls that the provider's own tools and servers answered within the answer", async () => {
    const answer = assistant(2, [
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'q' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 's1',
        content: [{ type: 'web_search_result', url: 'u' }],
      },
      { type: 'mcp_tool_use', id: 's2', name: 'find', server_name: 'files', input: {} },
      { type: 'mcp_tool_result', tool_use_id: 's2', is_error: true, content: [{ type: 'text', text: 'no' }] },
      { type: 'server_tool_use', id: 's3', name: 'web_fetch', input: {} },
      {
        type: 'web_fetch_tool_result',
        tool_use_id: 's3',
        content: { type: 'web_fetch_tool_result_error', error_code: 'unavailable' },
      },
      { type: 'redacted_thinking', data: 'opaque' },
    ]);
    const { dumps } = await importText(jsonLines(user(1, 'go'), answer));
    expect(
      dumps[session]?.tool_calls.map((it) => [it.tool_name, it.status, it.mcp_server, it.error_message]),
    ).toEqual([
      ['web_search', 'ok', null, null],
      ['find', 'error', 'files', 'no'],
      ['web_fetch', 'error', null, 'unavailable'],
    ]);
    const parts = JSON.parse(String(dumps[session]?.messages[1]?.parts));
    expect(parts.map(({ type }: { type: string }) => type)).toEqual([
      ...[
        'tool_call',
        'tool_call_response',
        'tool_call',
        'tool_call_response',
        'tool_call',
        'tool_call_response',
      ],
      'redacted_thinking',
    ]);
  });

  it('reads each record once where a compaction or a resumption writes it again', async () => {
    const { dumps, report } = await importText(
      jsonLines(user(1, 'a'), user(2, 'b'), user(1, 'a'), user(3, 'c'), user(2, 'b')),
    );
    expect(dumps[session]?.messages.map((row) => row.message_id)).toEqual([1, 2, 3].map(uuid));
    expect(report.skipped).toEqual({ repeated: 2 });
  });

  it('keeps a result whose call is not in the log', async () => {
    const result = { type: 'tool_result', tool_use_id: 'gone', content: 'a', is_error: false };
    const { dumps } = await importText(jsonLines(user(1, [result], { toolUseResult: { stdout: 'b' } })));
    const [message] = dumps[session]?.messages ?? [];
    expect(JSON.parse(String(message?.parts))).toEqual([
      { type: 'tool_call_response', id: 'gone', response: 'a', is_error: false },
    ]);
    expect(JSON.parse(String(message?.metadata)).toolUseResult).toEqual({ stdout: 'b' });
  });

  it('is named by the summary of its own records, not by those of others', async () => {
    const summary = (leafUuid: string, summary: string) => ({ type: 'summary', leafUuid, summary });
    const { dumps } = await importText(
      jsonLines(summary(uuid(77), 'another'), summary(uuid(2), 'this one'), user(1, 'a'), user(2, 'b')),
    );
    expect(dumps[session]?.sessions[0]?.title).toBe('this one');
  });
});
