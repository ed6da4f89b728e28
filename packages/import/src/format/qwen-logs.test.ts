import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

describe('logs of Qwen Code', () => {
  it('are not taken for those of Claude Code, whose records have the same names', async () => {
    const record = (n: number, type: string, message: object) => ({
      uuid: `u${n}`,
      parentUuid: n > 1 ? `u${n - 1}` : null,
      sessionId: 's',
      timestamp: at(n),
      type,
      version: '0.18.1',
      message,
    });
    const { report, dumps } = await importFiles('auto', {
      'chats/s.jsonl': jsonLines(
        record(1, 'user', { role: 'user', parts: [{ text: 'hello' }] }),
        record(2, 'assistant', { role: 'model', parts: [{ text: 'hi' }] }),
      ),
    });
    expect(dumps).toEqual({});
    expect(report).toMatchObject({ logs: 0, otherFiles: 1 });
  });
});
