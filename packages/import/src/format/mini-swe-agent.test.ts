import { describe, expect, it } from 'vitest';
import { importFiles } from '../testing/import-files.ts';

describe('mini-swe-agent', () => {
  it('reads format 1.1: actions, tool calls, observations with their exit codes', async () => {
    const run = {
      trajectory_format: 'mini-swe-agent-1.1',
      info: {
        mini_version: '2.0.0',
        exit_status: 'LimitsExceeded',
        submission: '',
        config: { model: { model_name: 'm' } },
      },
      messages: [
        { role: 'system', content: 'You are' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            { id: 'c', type: 'function', function: { name: 'bash', arguments: '{"command":"ls"}' } },
          ],
          extra: { cost: 0.2, timestamp: 1767225600 },
        },
        {
          role: 'tool',
          tool_call_id: 'c',
          content: '<returncode>1</returncode>',
          extra: { raw_output: 'no', returncode: 1 },
        },
        { role: 'assistant', content: 'again', extra: { actions: [{ command: 'pwd' }] } },
        { role: 'user', content: '<returncode>0</returncode>', extra: { returncode: 0 } },
        { role: 'exit', content: 'over', extra: {} },
      ],
    };
    const { dumps } = await importFiles('mini-swe-agent', { 'r.traj.json': JSON.stringify(run) });
    expect(
      dumps.r?.tool_calls.map((row) => [row.tool_name, row.arguments, row.status, row.error_type]),
    ).toEqual([
      ['bash', '{"command":"ls"}', 'error', 'exit_code_1'],
      ['bash', '{"command":"pwd"}', 'ok', null],
    ]);
    expect(dumps.r?.sessions).toMatchObject([
      { status: 'failed', agent_version: '2.0.0', request_model: 'm' },
    ]);
    expect(dumps.r?.model_calls.map((row) => row.cost_usd)).toEqual([0.2, null]);
  });
});
