import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

describe('items of Codex', () => {
  const line = (second: number, type: string, payload: object) => ({ timestamp: at(second), type, payload });
  const meta = line(0, 'session_meta', { id: 'a', timestamp: at(0) });

  it('keep what a model thought beside its summary, once', async () => {
    const { dumps, report } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        meta,
        line(1, 'event_msg', { type: 'agent_reasoning', text: 'in short' }),
        line(1, 'event_msg', { type: 'agent_reasoning_raw_content', text: 'at length' }),
        line(2, 'response_item', {
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'in short' }],
          content: [{ type: 'reasoning_text', text: 'at length' }],
          encrypted_content: 'e',
        }),
      ),
    });
    expect(dumps.a?.messages.map(({ parts }) => JSON.parse(String(parts)))).toEqual([
      [{ type: 'reasoning', content: 'in short\n\nat length', encrypted_content: 'e' }],
    ]);
    expect(report.skipped).toEqual({ 'told with its item': 2 });
  });

  it('tell that a call has ended which no result will name, for it has no id', async () => {
    const call = (call_id?: null) => ({ type: 'local_shell_call', call_id, status: 'completed', action: {} });
    const { dumps } = await importFiles('codex', {
      'rollout-a.jsonl': jsonLines(
        meta,
        line(1, 'response_item', call(null)),
        line(2, 'response_item', call()),
      ),
    });
    expect(dumps.a?.tool_calls.map(({ status }) => status)).toEqual(['ok', 'ok']);
    expect(dumps.a?.sessions[0]?.status).toBe('completed');
  });

  const call = (second: number, cmd: string) =>
    line(second, 'response_item', {
      ...{ type: 'function_call', name: 'shell', call_id: 'call_0' },
      arguments: JSON.stringify({ cmd }),
    });
  const output = (second: number, text: string) =>
    line(second, 'response_item', { type: 'function_call_output', call_id: 'call_0', output: text });

  it.each([
    ['one after the other', [call(1, 'a'), output(2, 'of a'), call(3, 'b'), output(4, 'of b')]],
    ['at once', [call(1, 'a'), call(1, 'b'), output(2, 'of a'), output(3, 'of b')]],
  ])('tell of calls that a model gave the same id, %s', async (_how, lines) => {
    const { dumps } = await importFiles('codex', { 'rollout-a.jsonl': jsonLines(meta, ...lines) });
    expect(dumps.a?.tool_calls.map(({ arguments: it, result, status }) => [it, result, status])).toEqual([
      ['{"cmd":"a"}', '"of a"', 'ok'],
      ['{"cmd":"b"}', '"of b"', 'ok'],
    ]);
    expect(dumps.a?.sessions[0]?.status).toBe('completed');
  });

  it('tell of a call once that is told again before it has ended', async () => {
    const lines = [call(1, 'a'), call(1, 'a'), output(2, 'of a')];
    const { dumps, report } = await importFiles('codex', { 'rollout-a.jsonl': jsonLines(meta, ...lines) });
    expect(dumps.a?.tool_calls).toMatchObject([{ result: '"of a"', status: 'ok' }]);
    expect(dumps.a?.messages).toHaveLength(2);
    expect(report.skipped).toEqual({ repeated: 1 });
  });
});
