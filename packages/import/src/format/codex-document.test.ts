import { describe, expect, it } from 'vitest';
import { importFiles } from '../testing/import-files.ts';

describe('a rollout of Codex that is one document', () => {
  const rollout = {
    session: { timestamp: '2025-05-05T19:24:54Z', id: 'old-1', instructions: 'be brief' },
    items: [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'list' }] },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'look first' }] },
      { type: 'local_shell_call', call_id: 'c1', action: { type: 'exec', command: ['ls'] } },
      { type: 'local_shell_call_output', call_id: 'c1', output: 'a' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'a' }] },
    ],
  };

  it('is read as its lines would be, however it is laid out', async () => {
    for (const indent of [undefined, 2]) {
      const { dumps, report } = await importFiles('auto', {
        'rollout-2025-05-05-x.json': JSON.stringify(rollout, null, indent),
      });
      expect(report).toMatchObject({ records: 1, skipped: {}, sessions: [{ format: 'codex' }] });
      expect(
        dumps['old-1']?.messages.map(({ role, parts }) => [role, JSON.parse(String(parts))[0].type]),
      ).toEqual([
        ['system', 'text'],
        ['user', 'text'],
        ['assistant', 'reasoning'],
        ['assistant', 'tool_call'],
        ['tool', 'tool_call_response'],
        ['assistant', 'text'],
      ]);
      expect(dumps['old-1']?.tool_calls).toMatchObject([
        { tool_name: 'local_shell', status: 'ok', result: '"a"' },
      ]);
      expect(dumps['old-1']?.sessions[0]?.started_at_ms).toBe(Date.parse(rollout.session.timestamp));
    }
  });
});
