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

  it('reads what a model says as items of Responses: text, thoughts, calls, and their outputs', async () => {
    const run = {
      trajectory_format: 'mini-swe-agent-1.1',
      info: { mini_version: '2.2.0' },
      messages: [
        { role: 'user', content: 'count' },
        {
          object: 'response',
          id: 'resp_1',
          model: 'm-1',
          usage: { input_tokens: 7, output_tokens: 3 },
          output: [
            { type: 'reasoning', summary: [{ type: 'summary_text', text: 'look first' }] },
            { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
            { type: 'function_call', call_id: 'c1', name: 'bash', arguments: '{"command":"ls"}' },
          ],
          extra: { actions: [{ command: 'ls', tool_call_id: 'c1' }], cost: 0.1, timestamp: 1767225600 },
        },
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: 'a',
          extra: { raw_output: 'a', returncode: 0 },
        },
      ],
    };
    const { dumps } = await importFiles('mini-swe-agent', { 'r.traj.json': JSON.stringify(run) });
    expect(dumps.r?.messages.map((row) => JSON.parse(String(row.parts)))).toEqual([
      [{ type: 'text', content: 'count' }],
      [
        { type: 'reasoning', content: 'look first' },
        { type: 'text', content: 'I look.' },
        { type: 'tool_call', id: 'c1', name: 'bash', arguments: { command: 'ls' } },
      ],
      [{ type: 'tool_call_response', id: 'c1', response: 'a' }],
    ]);
    expect(dumps.r?.tool_calls).toMatchObject([{ tool_call_id: 'c1', status: 'ok', result: '"a"' }]);
    expect(dumps.r?.model_calls).toMatchObject([{ input_tokens: 7, output_tokens: 3, cost_usd: 0.1 }]);
  });

  it('tells an answer that was refused, which stands only beside the message that refuses it', async () => {
    const usage = { prompt_tokens: 9, completion_tokens: 2 };
    const call = { id: 'c1', type: 'function', function: { name: 'bahs', arguments: '{}' } };
    const refusal = (content: string, extra: object) => ({
      role: 'user',
      content,
      extra: { interrupt_type: 'FormatError', ...extra },
    });
    const run = {
      trajectory_format: 'mini-swe-agent-1.1',
      info: { mini_version: '2.3.0' },
      messages: [
        refusal('no call', {
          response: { choices: [{ message: { role: 'assistant', content: 'done' } }], usage },
        }),
        refusal('no such tool', {
          response: {
            choices: [{ message: { role: 'assistant', content: null, tool_calls: [call] } }],
            usage,
          },
        }),
        refusal('two blocks', { n_actions: 2, model_response: 'first, then' }),
        refusal('no call here either', {
          response: { object: 'response', output: [{ type: 'message', content: [{ text: 'over' }] }], usage },
        }),
      ],
    };
    const { dumps } = await importFiles('mini-swe-agent', { 'r.traj.json': JSON.stringify(run) });
    expect(dumps.r?.messages.map(({ role, parts }) => [role, JSON.parse(String(parts))[0].content])).toEqual([
      ['assistant', 'done'],
      ['user', 'no call'],
      ['assistant', undefined],
      ['tool', undefined],
      ['assistant', 'first, then'],
      ['user', 'two blocks'],
      ['assistant', 'over'],
      ['user', 'no call here either'],
    ]);
    expect(dumps.r?.tool_calls).toMatchObject([
      { tool_name: 'bahs', status: 'error', error_type: 'FormatError', result: '"no such tool"' },
    ]);
    expect(dumps.r?.model_calls.map((row) => row.input_tokens)).toEqual([9, 9, null, 9]);
  });

  it('reads how a command ended from a message in parts', async () => {
    const run = {
      trajectory_format: 'mini-swe-agent-1.1',
      info: { mini_version: '2.3.0' },
      messages: [
        { role: 'assistant', content: 'see', extra: { actions: [{ command: 'show' }] } },
        { role: 'user', content: [{ type: 'text', text: '<returncode>2</returncode>' }] },
      ],
    };
    const { dumps } = await importFiles('mini-swe-agent', { 'r.traj.json': JSON.stringify(run) });
    expect(dumps.r?.tool_calls).toMatchObject([
      { status: 'error', error_type: 'exit_code_2', error_message: '<returncode>2</returncode>' },
    ]);
  });
});
