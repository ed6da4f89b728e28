import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

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
