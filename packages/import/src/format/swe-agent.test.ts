import { describe, expect, it } from 'vitest';
import { importFiles } from '../testing/import-files.ts';

describe('swe-agent', () => {
  it('reads steps alone, where there is no history', async () => {
    const trajectory = [
      {
        action: 'ls -a\n',
        observation: 'x',
        response: 'Let me look.',
        thought: '',
        execution_time: 0.25,
        state: '{}',
      },
    ];
    const { dumps } = await importFiles('swe-agent', {
      'i.traj': JSON.stringify({ trajectory, info: { exit_status: 'submitted', submission: 'diff' } }),
    });
    expect(dumps.i?.tool_calls).toMatchObject([
      { tool_name: 'ls', arguments: '"ls -a\\n"', result: '"x"', status: 'ok', duration_ms: 250 },
    ]);
    expect(dumps.i?.outputs).toMatchObject([{ content: '"diff"', is_final: 1 }]);
  });
});
