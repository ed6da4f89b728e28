import { describe, expect, it } from 'vitest';
import { at, importFiles } from '../testing/import-files.ts';

describe('tau-bench', () => {
  it('pairs calls whose ids repeat by their place, and reads the simulations of its successor', async () => {
    const call = (q: number) => ({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'same', type: 'function', function: { name: 'f', arguments: `{"q":${q}}` } }],
    });
    const answer = (content: string) => ({ role: 'tool', tool_call_id: 'same', name: 'f', content });
    const traj = [call(1), answer('1'), call(2), answer('Error: no')];
    const simulation = {
      id: 'x',
      task_id: 't',
      trial: 3,
      start_time: at(0),
      end_time: at(9),
      messages: [
        { role: 'assistant', content: 'hi', cost: 0.5, usage: { prompt_tokens: 3, completion_tokens: 1 } },
      ],
    };
    const { dumps } = await importFiles('tau-bench', {
      'one.json': JSON.stringify([{ task_id: 0, trial: 1, reward: 1, info: {}, traj }]),
      'two.json': JSON.stringify({
        info: { agent_info: { llm: 'm' } },
        tasks: [],
        simulations: [simulation],
      }),
    });
    expect(dumps['one-0-1']?.tool_calls.map((row) => [row.arguments, row.result, row.status])).toEqual([
      ['{"q":1}', '"1"', 'ok'],
      ['{"q":2}', '"Error: no"', 'error'],
    ]);
    expect(dumps['two-t-3']?.model_calls).toMatchObject([
      { input_tokens: 3, cost_usd: 0.5, response_model: 'm' },
    ]);
  });

  it('gives the calls that the user made, of a simulation in a file of its own', async () => {
    const call = { id: 'u1', name: 'toggle_roaming', arguments: { on: true }, requestor: 'user' };
    const { dumps } = await importFiles('auto', {
      'run.json': JSON.stringify({
        id: 'x',
        task_id: 't',
        trial: 0,
        termination_reason: 'user_stop',
        messages: [
          { role: 'assistant', content: 'switch roaming on', cost: 0.5 },
          { role: 'user', content: null, tool_calls: [call], cost: 0.1, usage: { prompt_tokens: 9 } },
          { id: 'u1', role: 'tool', content: 'on', requestor: 'user', error: false },
          { role: 'user', content: 'done' },
        ],
      }),
    });
    const session = dumps['run-t-0'];
    expect(session?.tool_calls).toMatchObject([
      { tool_name: 'toggle_roaming', tool_call_id: 'u1', status: 'ok', result: '"on"', model_call_seq: null },
    ]);
    expect(session?.messages.map(({ role }) => role)).toEqual(['assistant', 'user', 'tool', 'user']);
    expect(JSON.parse(String(session?.messages[1]?.parts))).toMatchObject([{ type: 'tool_call', id: 'u1' }]);
    expect(session?.model_calls).toHaveLength(1);
  });

  it('puts together what was said tick by tick where both speak at once', async () => {
    const chunk = (role: string, content: string, utterance: string, more: object = {}) => ({
      role,
      content,
      utterance_ids: [utterance],
      ...more,
    });
    const call = { id: 'c1', name: 'find_order', arguments: { id: 7 }, requestor: 'assistant' };
    const result = { id: 'c1', role: 'tool', content: 'none', requestor: 'assistant', error: true };
    const ticks = [
      { agent_chunk: chunk('assistant', 'How can ', 'a1', { cost: 0.5, usage: { prompt_tokens: 3 } }) },
      {
        agent_chunk: chunk('assistant', 'I help?', 'a1', { cost: 0.25, usage: { prompt_tokens: 4 } }),
        user_chunk: chunk('user', 'My ', 'u1'),
      },
      { agent_chunk: chunk('assistant', '', 'a1'), user_chunk: chunk('user', 'order', 'u1') },
      { agent_tool_calls: [call], agent_tool_results: [result], user_chunk: chunk('user', 'Hello?', 'u2') },
      { agent_chunk: { role: 'assistant', content: null }, user_chunk: null },
      { agent_chunk: chunk('assistant', 'Sorry.', 'a2') },
    ].map((tick, tick_id) => ({ tick_id, timestamp: at(tick_id), ...tick }));
    const simulation = {
      id: 'x',
      task_id: 't',
      trial: 0,
      termination_reason: 'user_stop',
      ticks,
      messages: [],
    };
    const { dumps } = await importFiles('auto', {
      'run.json': JSON.stringify({ simulations: [simulation] }),
    });
    const session = dumps['run-t-0'];
    const said = session?.messages.map(({ role, parts }) => [
      role,
      JSON.parse(String(parts)).map((part: { content?: string; type: string }) => part.content ?? part.type),
    ]);
    expect(said).toEqual([
      ['assistant', ['How can I help?']],
      ['user', ['My order']],
      ['assistant', ['tool_call']],
      ['tool', ['tool_call_response']],
      ['user', ['Hello?']],
      ['assistant', ['Sorry.']],
    ]);
    expect(session?.model_calls).toMatchObject([{ input_tokens: 7, cost_usd: 0.75 }, {}, {}]);
    expect(session?.tool_calls).toMatchObject([
      { tool_name: 'find_order', status: 'error', result: '"none"' },
    ]);
    expect(JSON.parse(String(session?.intermediate_results[0]?.value))).toEqual(ticks);
  });

  it('tells a trial that broke off from one that was ended', async () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const simulations = ['user_stop', 'agent_stop', 'max_steps', 'agent_error'].map((reason, n) => ({
      task_id: n,
      termination_reason: reason,
      messages,
    }));
    const { dumps } = await importFiles('tau-bench', {
      'a.json': JSON.stringify([{ task_id: 1, reward: 0, info: { error: 'EOF', traceback: '…' }, traj: [] }]),
      'b.json': JSON.stringify({ simulations }),
    });
    expect(Object.entries(dumps).map(([id, dump]) => [id, dump.sessions[0]?.status])).toEqual([
      ['a-1-0', 'failed'],
      ['b-0-0', 'completed'],
      ['b-1-0', 'completed'],
      ['b-2-0', 'failed'],
      ['b-3-0', 'failed'],
    ]);
  });
});
