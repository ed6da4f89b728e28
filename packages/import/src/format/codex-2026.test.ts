import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

const line = (second: number, type: string, payload: object, more: object = {}) => ({
  timestamp: at(second),
  ...more,
  type,
  payload,
});
const meta = (second: number, id: string, more: object = {}) =>
  line(second, 'session_meta', { id, timestamp: at(second), cwd: '/work', cli_version: '0.153.0', ...more });
const said = (second: number, text: string, more?: object) =>
  line(
    second,
    'response_item',
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
    more,
  );
const counts = (n: number) => ({
  input_tokens: n,
  cached_input_tokens: n / 2,
  cache_write_input_tokens: 3,
  output_tokens: 5,
  reasoning_output_tokens: 2,
  total_tokens: n + 5,
});
const counted = (second: number, last: number, total: number, more?: object) =>
  line(
    second,
    'event_msg',
    {
      type: 'token_count',
      info: { last_token_usage: counts(last), total_token_usage: counts(total) },
    },
    more,
  );
const recorded = (second: number, thread: string, response: string, n: number) =>
  line(second, 'token_usage_record', {
    thread_id: thread,
    response_id: response,
    usage: counts(n),
    turn_token_usage: counts(n),
    thread_token_usage: counts(n * 10),
  });
const began = (second: number) => line(second, 'inter_agent_communication_metadata', { trigger_turn: true });
const subagentOf = (parent: string, more: object = {}) => ({
  source: { subagent: { thread_spawn: { parent_thread_id: parent } } },
  ...more,
});
const copied = 'copied from the session it was forked from';

/** Of each session, what its model calls used and what was said in it. */
async function read(files: Readonly<Record<string, string>>) {
  const { dumps, report } = await importFiles('codex', files);
  const entries = Object.entries(dumps).map(([id, dump]) => [
    id,
    {
      input: dump.model_calls.map(({ input_tokens }) => input_tokens),
      said: dump.messages.map(({ parts }) => JSON.parse(String(parts))[0].content),
    },
  ]);
  return { sessions: Object.fromEntries(entries), skipped: report.skipped, dumps };
}

describe('codex of 2026', () => {
  it('counts what a usage record tells once, though an event tells it again, with what was written to the cache', async () => {
    const { dumps, skipped } = await read({
      'rollout-a.jsonl': jsonLines(
        meta(0, 'a'),
        ...[said(1, 'x'), recorded(2, 'a', 'resp-1', 10), counted(2, 10, 100)],
        ...[
          said(3, 'y'),
          recorded(4, 'a', 'resp-2', 20),
          counted(4, 20, 200),
          recorded(5, 'a', 'resp-2', 20),
        ],
      ),
    });
    expect(dumps.a?.model_calls).toMatchObject([
      { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 3, response_id: 'resp-1' },
      {
        input_tokens: 20,
        cache_read_input_tokens: 10,
        cache_creation_input_tokens: 3,
        response_id: 'resp-2',
      },
    ]);
    expect(skipped).toEqual({ 'told with its model call': 2, 'usage told again': 3 });
  });

  it('leaves out what a sub-agent was given of its parent, by the numbers of the lines', async () => {
    const numbered = (ordinal: number) => ({ ordinal });
    const { sessions, skipped } = await read({
      'rollout-b.jsonl': jsonLines(
        meta(9, 'b', subagentOf('a', { subagent_history_start_ordinal: 4 })),
        { ...meta(9, 'a'), ordinal: 1 },
        said(9, 'of the parent', numbered(2)),
        counted(9, 5000, 5000, numbered(3)),
        counted(9, 5000, 5000, numbered(4)),
        said(10, 'its own', numbered(5)),
        counted(10, 20, 5020, numbered(6)),
      ),
    });
    expect(sessions.b).toEqual({ input: [20], said: ['its own'] });
    expect(skipped).toEqual({ [copied]: 3, 'told with its model call': 1, 'usage told again': 1 });
  });

  it('leaves it out by their times', async () => {
    const { sessions } = await read({
      'rollout-b.jsonl': jsonLines(
        meta(9, 'b', { forked_from_id: 'a' }),
        meta(9, 'a'),
        ...[said(1, 'of the parent'), recorded(2, 'a', 'resp-1', 900)],
        ...[said(10, 'its own'), recorded(11, 'b', 'resp-2', 20)],
      ),
    });
    expect(sessions.b).toEqual({ input: [20], said: ['its own'] });
  });

  it('leaves it out by the mark behind it, of which the parent may have copied one itself', async () => {
    const rows = (...own: object[]) => jsonLines(meta(9, 'c', subagentOf('b')), ...own);
    const parent = meta(9, 'b', subagentOf('a'));
    const { sessions } = await read({
      'rollout-c.jsonl': rows(
        ...[parent, meta(9, 'a'), said(9, 'of the first'), counted(9, 7, 7), began(9)],
        ...[said(9, 'of the parent'), counted(9, 8, 15), began(9)],
        ...[said(10, 'its own'), counted(10, 20, 35), began(11), said(12, 'its own again')],
      ),
    });
    expect(sessions.c).toEqual({ input: [20, null], said: ['its own', 'its own again'] });
  });

  it('keeps all of a sub-agent that was given nothing', async () => {
    const { sessions } = await read({
      'rollout-b.jsonl': jsonLines(meta(9, 'b', subagentOf('a')), said(9, 'x'), began(9), said(10, 'y')),
    });
    expect(sessions.b?.said).toEqual(['x', 'y']);
  });
});
