import { addUp, type LogKit, lineOf, strayLines, type Told, timeAt } from './kit.ts';

const sessionId = '0b5f7a1e-6a51-4c56-9a4e-3f1d5f0c7a11';
const uuidOf = (n: number, part = 0) => `0000000${part}-0000-4000-8000-${String(n).padStart(12, '0')}`;

type Maker = (n: number, before: readonly string[]) => Told;

const record = (n: number, type: string, more: object, part = 0) =>
  lineOf({
    type,
    uuid: uuidOf(n, part),
    parentUuid: null,
    sessionId,
    timestamp: timeAt(n),
    version: '2',
    ...more,
  });

function answer(
  n: number,
  content: unknown,
  output: number,
  part = 0,
  { iterations, ...more }: Record<string, unknown> = {},
) {
  const usage = {
    iterations,
    input_tokens: n,
    cache_read_input_tokens: 10 * n,
    cache_creation_input_tokens: 2,
    output_tokens: output,
  };
  const message = { id: `msg_${n}`, role: 'assistant', model: 'opus', content, usage, stop_reason: null };
  return record(n, 'assistant', { requestId: `req_${n}`, message, ...more }, part);
}

const used = (n: number, output: number) => ({ input: 11 * n + 2, cached: 10 * n, output });
const text = [{ type: 'text', text: 'hi' }];
const said = (content: unknown) => ({ message: { role: 'user', content } });

/** The call that was made last, whether or not it has ended. */
function lastCall(before: readonly string[]): string {
  const calls = [...before.join('').matchAll(/"tool_use","id":"(t\d+)"/g)];
  return calls.at(-1)?.[1] ?? 't0';
}

function result(n: number, before: readonly string[], more: object): string {
  const block = { type: 'tool_result', tool_use_id: lastCall(before), content: 'é done', ...more };
  return record(n, 'user', { ...said([block]), toolUseResult: { stdout: 'é', durationMs: 3 } });
}

const makers: Readonly<Record<string, Maker>> = {
  ask: (n) => ({ text: record(n, 'user', { ...said(`ask ${n}`), cwd: '/work' }) }),
  answer: (n) => ({ text: answer(n, text, 5), adds: used(n, 5) }),
  'answer in lines': (n) => ({
    text: [1, 3, 9].map((output, part) => answer(n, text, output, part + 1)).join(''),
    adds: used(n, 9),
  }),
  'an advised answer': (n) => {
    const others = [
      { type: 'advisor_message', model: 'fable', input_tokens: 7, output_tokens: 2 },
      { type: 'compaction', input_tokens: 100, output_tokens: 1 },
    ];
    const lines = [3, 5].map((output, part) => {
      const own = { type: 'message', input_tokens: 11 * n + 2, output_tokens: output };
      return answer(n, text, output, part + 1, { iterations: [own, ...others] });
    });
    const { input, ...rest } = used(n, 5 + 3);
    return { text: lines.join(''), adds: { ...rest, input: input + 107 } };
  },
  call: (n) => ({
    text: answer(n, [{ type: 'tool_use', id: `t${n}`, name: 'Bash', input: { command: 'ls' } }], 4),
    adds: { ...used(n, 4), calls: 1 },
  }),
  result: (n, before) => ({ text: result(n, before, {}) }),
  failure: (n, before) => ({ text: result(n, before, { is_error: true, content: 'Exit code 2' }) }),
  synthetic: (n) => ({
    text: record(n, 'assistant', {
      message: { id: `m${n}`, model: '<synthetic>', content: text, usage: { input_tokens: 0 } },
    }),
  }),
  progress: (n) => ({ text: record(n, 'progress', { data: { hook: 'x' } }) }),
  'written again': (_n, before) => ({ text: before.slice(-3).join('') }),
  compaction: (n, before) => ({
    text: [
      record(n, 'system', { subtype: 'compact_boundary', content: 'compacted' }),
      record(n, 'user', { ...said('summary'), isCompactSummary: true }, 1),
      ...before.slice(0, 4),
    ].join(''),
  }),
  'a sub-agent': (n) => ({
    text: answer(n, text, 6, 0, { isSidechain: true, agentId: `a${n % 3}` }),
    adds: used(n, 6),
  }),
  'an old sub-agent': (n) => ({ text: record(n, 'user', { ...said('task'), isSidechain: true }) }),
  summary: (n) => ({ text: lineOf({ type: 'summary', summary: `summary ${n}`, leafUuid: uuidOf(n - 1) }) }),
  title: (n) => ({ text: lineOf({ type: 'custom-title', customTitle: `title ${n}`, sessionId }) }),
  snapshot: (n) => ({ text: lineOf({ type: 'file-history-snapshot', messageId: uuidOf(n), snapshot: {} }) }),
  ...Object.fromEntries(Object.entries(strayLines).map(([name, line]) => [name, () => ({ text: line })])),
};

/** A transcript, whose first line is always the user's. */
export const claudeKit: LogKit = {
  format: 'claude-code',
  name: 'claude-code',
  moves: Object.keys(makers),
  make(moves) {
    const lines: string[] = [];
    const adds = ['ask', ...moves].map((move, at) => {
      const told = makers[move]?.(at + 1, lines) ?? { text: '' };
      lines.push(told.text);
      return told.adds ?? {};
    });
    return { files: { [`project/${sessionId}.jsonl`]: lines.join('') }, totals: addUp(adds) };
  },
};
