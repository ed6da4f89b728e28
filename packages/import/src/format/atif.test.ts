import { describe, expect, it } from 'vitest';
import { at, importFiles } from '../testing/import-files.ts';

describe('atif', () => {
  it('reads copied steps without counting them, and trajectories of sub-agents as sessions', async () => {
    const child = {
      schema_version: 'ATIF-v1.7',
      session_id: 's',
      trajectory_id: 'kid',
      agent: { name: 'b', version: '1' },
      steps: [{ step_id: 1, source: 'user', message: 'do' }],
    };
    const steps = [
      {
        step_id: 1,
        source: 'agent',
        message: 'old',
        is_copied_context: true,
        metrics: { prompt_tokens: 99 },
      },
      {
        ...{
          step_id: 2,
          timestamp: at(2),
          source: 'agent',
          message: [{ type: 'text', text: 'look' }],
          reasoning_content: 'hm',
        },
        tool_calls: [{ tool_call_id: 'd', function_name: 'delegate', arguments: { x: 1 }, extra: { k: 1 } }],
        observation: {
          results: [
            { source_call_id: 'd', subagent_trajectory_ref: [{ trajectory_id: 'kid' }], content: 'ok' },
          ],
        },
        metrics: {
          prompt_tokens: 5,
          completion_tokens: 2,
          cached_tokens: 1,
          cost_usd: 0.1,
          extra: { reasoning_tokens: 1 },
        },
      },
    ];
    const { dumps } = await importFiles('atif', {
      't.json': JSON.stringify({
        schema_version: 'ATIF-v1.7',
        session_id: 's',
        trajectory_id: 'main',
        agent: { name: 'a', version: '1' },
        steps,
        subagent_trajectories: [child],
      }),
    });
    expect(dumps.main?.model_calls).toMatchObject([
      {
        input_tokens: 5,
        output_tokens: 2,
        cache_read_input_tokens: 1,
        reasoning_output_tokens: 1,
        cost_usd: 0.1,
      },
    ]);
    expect(dumps.kid?.sessions).toMatchObject([
      {
        parent_session_id: 'main',
        parent_call_seq: dumps.main?.tool_calls[0]?.seq,
        parent_tool_call_id: 'd',
        agent_name: 'b',
      },
    ]);
    const told = JSON.parse(String(dumps.main?.tool_calls[0]?.metadata));
    expect(told).toEqual({ subagent_trajectory_ref: [{ trajectory_id: 'kid' }], call: { extra: { k: 1 } } });
  });
});
