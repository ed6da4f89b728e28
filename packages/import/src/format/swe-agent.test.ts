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

  it('keeps answers of which only steps tell, in their place and once, with what came of them', async () => {
    const stepOf = (response: string, action: string, observation: string) => ({
      ...{ response, thought: response, action, observation },
      ...{ execution_time: 0.1, state: {} },
    });
    const call = { id: 'c', type: 'function', function: { name: 'bash', arguments: '{"command":"ls"}' } };
    const look = { thought: 'Let me look.', action: 'ls', tool_calls: [call] };
    const history = [
      { role: 'user', content: 'the issue', agent: 'main' },
      { role: 'assistant', content: 'Let me look.', agent: 'main', ...look },
      { role: 'tool', content: 'x', agent: 'main', tool_call_ids: ['c'] },
    ];
    const trajectory = [
      stepOf('An editor.', 'vim x', ''),
      stepOf('A wrong edit.', 'edit 2:2', 'new syntax errors'),
      stepOf('Let me look.', 'ls', 'x'),
      stepOf('Exit due to cost limit', 'exit_cost', ''),
    ];
    const { dumps } = await importFiles('swe-agent', {
      'i.traj': JSON.stringify({ trajectory, history, info: { exit_status: 'submitted (exit_cost)' } }),
    });
    const said = dumps.i?.messages.map(({ role, parts }) => [role, JSON.parse(String(parts))[0].content]);
    expect(said).toEqual([
      ['user', 'the issue'],
      ['assistant', 'An editor.'],
      ['assistant', 'A wrong edit.'],
      ['tool', undefined],
      ['assistant', 'Let me look.'],
      ['tool', undefined],
      ['assistant', 'Exit due to cost limit'],
    ]);
    expect(dumps.i?.tool_calls).toMatchObject([
      { tool_name: 'edit', result: '"new syntax errors"' },
      { tool_name: 'bash', status: 'ok', duration_ms: 100 },
    ]);
    expect(dumps.i?.messages[1]?.metadata).toContain('vim x');
  });
});
