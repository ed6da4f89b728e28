import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

const total = (input: number, output: number) => ({
  type: 'token_count',
  info: { total_token_usage: { input_tokens: input, cached_input_tokens: 2, output_tokens: output } },
});
const event = (second: number, payload: object) => ({ timestamp: at(second), type: 'event_msg', payload });

describe('usage of Codex', () => {
  it('takes what the total has grown by where no other usage is told, and a total that begins anew whole', async () => {
    const { dumps, report } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        { timestamp: at(0), type: 'session_meta', payload: { id: 'a', timestamp: at(0) } },
        event(1, total(10, 5)),
        event(2, total(30, 9)),
        event(3, total(30, 9)),
        event(4, total(7, 1)),
      ),
    });
    expect(dumps.a?.model_calls.map((row) => [row.input_tokens, row.output_tokens])).toEqual([
      [10, 5],
      [20, 4],
      [7, 1],
    ]);
    expect(report.skipped).toEqual({ 'told with its model call': 3, 'usage told again': 1 });
  });

  it('takes the first total of a fork for what the other thread had used, where no other usage is told', async () => {
    const meta = (id: string, more: object = {}) => ({
      timestamp: at(0),
      type: 'session_meta',
      payload: { id, timestamp: at(0), ...more },
    });
    const { dumps } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(meta('a'), event(1, total(100, 50))),
      'rollout-b.jsonl': jsonLines(
        meta('b', { forked_from_id: 'a' }),
        event(2, total(90, 40)),
        event(3, total(95, 41)),
      ),
    });
    const usageOf = (id: string) =>
      dumps[id]?.model_calls.map((row) => [row.input_tokens, row.output_tokens]);
    expect(usageOf('a')).toEqual([[100, 50]]);
    expect(usageOf('b')).toEqual([[5, 1]]);
  });

  it('counts each call also where totals tell nothing that can be told apart', async () => {
    const counted = (second: number, input: number) =>
      event(second, {
        type: 'token_count',
        info: { last_token_usage: { input_tokens: input }, total_token_usage: { total_tokens: second } },
      });
    const { dumps } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        { timestamp: at(0), type: 'session_meta', payload: { id: 'a', timestamp: at(0) } },
        counted(1, 10),
        counted(2, 20),
      ),
    });
    expect(dumps.a?.model_calls.map((row) => row.input_tokens)).toEqual([10, 20]);
  });
});
