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
});
