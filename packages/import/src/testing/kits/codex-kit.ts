import { addUp, type LogKit, lineOf, strayLines, type Told, timeAt } from './kit.ts';

type Maker = (n: number, before: readonly string[]) => Told;

const line = (n: number, type: string, payload: object) => lineOf({ timestamp: timeAt(n), type, payload });
const item = (n: number, payload: object) => line(n, 'response_item', payload);
const event = (n: number, payload: object) => line(n, 'event_msg', payload);
const said = (role: string, text: string) => ({
  type: 'message',
  role,
  content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
});

const countsOf = (input: number) => ({
  input_tokens: input,
  cached_input_tokens: 1,
  output_tokens: 5,
  reasoning_output_tokens: 2,
  total_tokens: input + 5,
});

function usage(n: number, total: number): string {
  const info = {
    total_token_usage: countsOf(total),
    last_token_usage: countsOf(n),
    model_context_window: 9,
  };
  return event(n, { type: 'token_count', info, rate_limits: null });
}

const lastCall = (before: readonly string[]) =>
  [...before.join('').matchAll(/"call_id":"(c\d+)"/g)].at(-1)?.[1] ?? 'c0';

const makers: Readonly<Record<string, Maker>> = {
  ask: (n) => ({
    text: item(n, said('user', `ask ${n}`)) + event(n, { type: 'user_message', message: `ask ${n}` }),
  }),
  'an answer, its event first': (n) => ({
    text: event(n, { type: 'agent_message', message: `hi ${n}` }) + item(n, said('assistant', `hi ${n}`)),
  }),
  'only an event': (n) => ({ text: event(n, { type: 'agent_message', message: `event ${n}` }) }),
  reasoning: (n) => ({
    text:
      event(n, { type: 'agent_reasoning', text: `thought ${n}` }) +
      item(n, {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: `thought ${n}` }],
        encrypted_content: `gAAA${n}`,
      }),
  }),
  'reasoning without an item': (n) => ({ text: event(n, { type: 'agent_reasoning', text: `lost ${n}` }) }),
  call: (n) => ({
    text: item(n, {
      type: 'function_call',
      name: 'shell',
      arguments: '{"command":["ls"]}',
      call_id: `c${n}`,
    }),
    adds: { calls: 1 },
  }),
  'a custom call': (n) => ({
    text: item(n, { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin', call_id: `c${n}` }),
    adds: { calls: 1 },
  }),
  'a search': (n) => ({
    text: item(n, { type: 'web_search_call', status: 'completed', action: { query: 'x' } }),
    adds: { calls: 1 },
  }),
  result: (n, before) => ({
    text: item(n, { type: 'function_call_output', call_id: lastCall(before), output: 'Exit code: 1\nno' }),
  }),
  'the end of a command': (n, before) => ({
    text: event(n, { type: 'exec_command_end', call_id: lastCall(before), exit_code: 0, stdout: 'x' }),
  }),
  // Who writes records writes one of each answer.
  usage: (n, before) => ({
    text: usage(n, n * 1000),
    adds: before.join('').includes('token_usage_record')
      ? {}
      : { input: n, cached: 1, output: 5, reasoning: 2 },
  }),
  'a usage record': (n) => ({
    text:
      line(n, 'token_usage_record', {
        thread_id: 'one',
        response_id: `r${n}`,
        usage: countsOf(n),
        thread_token_usage: countsOf(n * 1000),
      }) + usage(n, n * 1000),
    adds: { input: n, cached: 1, output: 5, reasoning: 2 },
  }),
  'usage told again': (_n, before) => ({ text: before.findLast((it) => it.includes('token_count')) ?? '' }),
  'no usage': (n) => ({ text: event(n, { type: 'token_count', info: null }) }),
  turn: (n) => ({ text: line(n, 'turn_context', { model: `gpt-${n}`, cwd: '/work' }) }),
  compaction: (n) => ({
    text: line(n, 'compacted', {
      message: '',
      replacement_history: [said('user', 'ask'), said('user', 'x')],
    }),
  }),
  aborted: (n) => ({ text: event(n, { type: 'turn_aborted', reason: 'interrupted' }) }),
  failed: (n) => ({ text: event(n, { type: 'error', message: 'no', codex_error_info: 'usage_limit' }) }),
  'a new kind': (n) => ({ text: line(n, 'world_state', { anything: [n] }) }),
  ...Object.fromEntries(Object.entries(strayLines).map(([name, text]) => [name, () => ({ text })])),
};

/** A rollout, of which some have no turn context and no usage before the end. */
export const codexKit: LogKit = {
  format: 'codex',
  name: 'codex',
  moves: Object.keys(makers),
  make(moves) {
    const meta = { id: 'one', timestamp: timeAt(0), cwd: '/work', cli_version: '1', originator: 'x' };
    const lines = [line(0, 'session_meta', meta)];
    const adds = moves.map((move, at) => {
      const told = makers[move]?.(at + 1, lines) ?? { text: '' };
      lines.push(told.text);
      return told.adds ?? {};
    });
    return { files: { '2026/01/01/rollout-one.jsonl': lines.join('') }, totals: addUp(adds) };
  },
};
