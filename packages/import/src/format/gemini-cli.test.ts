import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

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
