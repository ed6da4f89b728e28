import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives, jsonLines, rowsOf } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';
import { findSamples, logSamples, whyNoSamples } from '../testing/log-samples.ts';

interface Json {
  readonly [key: string]: unknown;
}

const objectIn = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};
const blocksOf = ({ message }: Json): Json[] => {
  const { content } = objectIn(message);
  return Array.isArray(content) ? content.map(objectIn) : [];
};

const samples = findSamples('agent-logs/claude-code/**/*.jsonl').filter((it) => !it.includes('expected'));

function readRecords(paths: readonly string[]): Json[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((it) => JSON.parse(it)),
  );
}

describe.skipIf(!logSamples)(`real transcripts (skipped where ${whyNoSamples})`, () => {
  it('gives one row for each record, or counts why not', async () => {
    const into = makeTestFolder();
    const report = await importLogs('claude-code', samples, { into });
    expect(report.problems).toEqual([]);
    const dumps = dumpArchives(into);
    const mapped = rowsOf(dumps, 'messages').length + rowsOf(dumps, 'intermediate_results').length;
    const skipped = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
    const records = readRecords(samples);
    expect(mapped + skipped).toBe(records.length);
    expect(report.records).toBe(records.length);
    const progress = records.filter(({ type }) => String(type) === 'progress');
    const uuids = records.filter((it) => !progress.includes(it) && it.uuid).map(({ uuid }) => String(uuid));
    expect(report.skipped).toEqual({
      progress: progress.length,
      repeated: uuids.length - new Set(uuids).size,
    });
  });

  it('has every call with its result, and sums usage as an independent reading does', async () => {
    const into = makeTestFolder();
    await importLogs('claude-code', samples, { into });
    const dumps = dumpArchives(into);
    const records = new Map(readRecords(samples).map((it) => [String(it.uuid), it]));
    const blocks = [...records.values()].flatMap(blocksOf);
    const results = new Map(
      blocks.filter((it) => String(it.type) === 'tool_result').map((it) => [String(it.tool_use_id), it]),
    );
    const uses = new Map(
      blocks.filter((it) => String(it.type) === 'tool_use').map((it) => [String(it.id), it]),
    );
    const calls = new Map(rowsOf(dumps, 'tool_calls').map((row) => [row.tool_call_id, row]));
    expect(new Set(calls.keys())).toEqual(new Set(uses.keys()));
    for (const [id, use] of uses) {
      const row = calls.get(id);
      expect(row?.tool_name).toBe(use.name);
      expect(JSON.parse(String(row?.arguments))).toEqual(use.input);
      expect(JSON.parse(String(row?.result))).toEqual(results.get(id)?.content ?? null);
    }
    const greatest = new Map<string, number[]>();
    for (const { message, requestId } of records.values()) {
      const { usage, model, id } = objectIn(message);
      if (!usage || model === '<synthetic>') continue;
      const {
        input_tokens: fresh,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: made,
        output_tokens: out,
      } = objectIn(usage);
      const counts = [Number(fresh) + Number(read ?? 0) + Number(made ?? 0), Number(read ?? 0), Number(out)];
      const key = `${String(id)} ${String(requestId)}`;
      greatest.set(
        key,
        counts.map((count, at) => Math.max(count, greatest.get(key)?.[at] ?? 0)),
      );
    }
    const sum = (at: number) =>
      [...greatest.values()].reduce((total, counts) => total + (counts[at] ?? 0), 0);
    const total = (column: string) =>
      rowsOf(dumps, 'model_calls').reduce((all, row) => all + Number(row[column] ?? 0), 0);
    expect([total('input_tokens'), total('cache_read_input_tokens'), total('output_tokens')]).toEqual(
      [0, 1, 2].map(sum),
    );
  });

  it('keeps opaque payloads and the structured results of tools to the letter', async () => {
    const into = makeTestFolder();
    await importLogs('claude-code', samples, { into });
    const dumps = dumpArchives(into);
    const parts = rowsOf(dumps, 'messages').flatMap((row) => JSON.parse(String(row.parts)) as Json[]);
    const kept = new Set(parts.map(({ signature }) => signature && String(signature)));
    const records = readRecords(samples);
    const signatures = records.flatMap(blocksOf).flatMap((it) => it.signature ?? []);
    expect(signatures.filter((it) => !kept.has(String(it)))).toEqual([]);
    const results = rowsOf(dumps, 'tool_calls').flatMap(({ metadata }) =>
      metadata ? [JSON.stringify(JSON.parse(String(metadata)).toolUseResult)] : [],
    );
    const told = new Set(results);
    const missing = records.filter(
      ({ toolUseResult }) => toolUseResult !== undefined && !told.has(JSON.stringify(toolUseResult)),
    );
    expect(missing.map(({ uuid }) => uuid)).toEqual([]);
  });

  it('keeps the order of the log on the timeline', async () => {
    const into = makeTestFolder();
    const longest = samples.filter((it) => basename(it).startsWith('fa812bfe'));
    await importLogs('claude-code', longest, { into });
    const uuids = rowsOf(dumpArchives(into), 'messages').map(({ message_id }) => message_id);
    const logged = readRecords(longest).filter(
      ({ type, message }) => message && ['user', 'assistant'].includes(String(type)),
    );
    expect(uuids).toEqual(logged.map(({ uuid }) => uuid));
  });
});

const session = '0b5f7a1e-6a51-4c56-9a4e-3f1d5f0c7a11';
const base = { sessionId: session, version: '2.1.0', cwd: '/work', isSidechain: false, userType: 'external' };
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function user(n: number, content: unknown, more: object = {}) {
  return {
    ...base,
    type: 'user',
    uuid: uuid(n),
    parentUuid: n > 1 ? uuid(n - 1) : null,
    timestamp: at(n),
    message: { role: 'user', content },
    ...more,
  };
}

function assistant(
  n: number,
  content: unknown,
  { usage = { input_tokens: 1, output_tokens: 2 }, ...message }: Record<string, unknown> = {},
  more: object = {},
) {
  const whole = {
    role: 'assistant',
    type: 'message',
    model: 'claude-x',
    id: `msg_${n}`,
    content,
    usage,
    ...message,
  };
  return {
    ...base,
    type: 'assistant',
    uuid: uuid(n),
    parentUuid: uuid(n - 1),
    timestamp: at(n),
    requestId: `req_${n}`,
    message: whole,
    ...more,
  };
}

async function importText(text: string, name = `${session}.jsonl`) {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  writeFileSync(join(from, name), text);
  const report = await importLogs('claude-code', from, { into });
  return { report, dumps: dumpArchives(into), from, into };
}

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

  it("makes sessions of sub-agents, also of those that stand among the parent's records, with the call that started them", async () => {
    const side = { isSidechain: true };
    const { dumps } = await importText(
      jsonLines(
        user(1, 'go'),
        assistant(2, [{ type: 'tool_use', id: 'task', name: 'Task', input: { prompt: 'look around' } }]),
        user(11, 'look around', { ...side, parentUuid: null }),
        assistant(12, [{ type: 'text', text: 'looked' }], {}, { ...side, parentUuid: uuid(11) }),
        user(3, [{ type: 'tool_result', tool_use_id: 'task', content: 'looked' }], { parentUuid: uuid(2) }),
      ),
    );
    const child = Object.keys(dumps).find((id) => id !== session) ?? '';
    expect(child).toMatch(/sidechain/);
    const [call] = dumps[session]?.tool_calls ?? [];
    expect(dumps[child]?.sessions).toMatchObject([
      { parent_session_id: session, parent_call_seq: call?.seq, parent_tool_call_id: 'task' },
    ]);
    expect(dumps[child]?.messages).toHaveLength(2);
    expect(dumps[session]?.messages).toHaveLength(3);
  });

  it('reads records that were put into one list as it reads their lines', async () => {
    const records = [user(1, 'a'), assistant(2, [{ type: 'text', text: 'b' }])];
    const read = async (text: string) => {
      const { dumps } = await importFiles('auto', { [`${session}.json`]: text });
      return rowsOf(dumps, 'messages');
    };
    const rows = await read(jsonLines(...records));
    expect(rows).toHaveLength(2);
    for (const indent of [undefined, 1])
      expect(await read(JSON.stringify(records, null, indent))).toEqual(rows);
  });

  it('counts an answer once that another log tells again under other ids', async () => {
    const copy = 'eeeeeeee-6a51-4c56-9a4e-3f1d5f0c7a11';
    const answer = assistant(2, [{ type: 'text', text: 'b' }]);
    const { dumps, report } = await importFiles('claude-code', {
      [`${session}.jsonl`]: jsonLines(user(1, 'a'), answer),
      [`${copy}.jsonl`]: jsonLines(
        user(11, 'a', { sessionId: copy }),
        { ...answer, uuid: uuid(12), parentUuid: uuid(11), sessionId: copy },
        user(13, 'c', { sessionId: copy }),
      ),
    });
    expect(rowsOf(dumps, 'model_calls')).toHaveLength(1);
    expect(dumps[copy]?.messages.map((row) => row.message_id)).toEqual([uuid(11), uuid(13)]);
    expect(report.skipped).toEqual({ 'copied from the session it was forked from': 1 });
  });

  it('gives a fork only what it adds to the session that it was forked from', async () => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    const fork = 'ffffffff-6a51-4c56-9a4e-3f1d5f0c7a11';
    const shared = [user(1, 'a'), assistant(2, [{ type: 'text', text: 'b' }])];
    const moved = { sessionId: fork, forkedFrom: { sessionId: session } };
    writeFileSync(join(from, `${session}.jsonl`), jsonLines(...shared));
    writeFileSync(
      join(from, `${fork}.jsonl`),
      jsonLines(...shared.map((it) => ({ ...it, ...moved })), user(3, 'c', moved)),
    );
    const report = await importLogs('claude-code', from, { into });
    const dumps = dumpArchives(into);
    expect(dumps[fork]?.messages.map((row) => row.message_id)).toEqual([uuid(3)]);
    expect(dumps[fork]?.sessions).toMatchObject([{ parent_session_id: session }]);
    expect(rowsOf(dumps, 'model_calls')).toHaveLength(1);
    expect(report.skipped).toEqual({ 'copied from the session it was forked from': 2 });
  });
});
