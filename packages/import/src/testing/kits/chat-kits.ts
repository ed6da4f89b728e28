import { addUp, type LogKit, lineOf, type MadeLog, strayLines, type Totals, timeAt } from './kit.ts';

interface Turn {
  readonly value: Readonly<Record<string, unknown>>;
  readonly adds?: Partial<Totals>;
}

type Makers = Readonly<Record<string, (n: number) => Turn>>;

/** A kit of one document that is made of its turns. */
function documentKit(
  format: string,
  makers: Makers,
  write: (turns: readonly object[]) => MadeLog['files'],
): LogKit {
  return {
    format,
    name: format,
    moves: Object.keys(makers),
    make(moves) {
      const turns = moves.map((move, at) => makers[move]?.(at + 1) ?? { value: {} });
      return {
        files: write(turns.map(({ value }) => value)),
        totals: addUp(turns.map(({ adds }) => adds ?? {})),
      };
    },
  };
}

const usage = (n: number) => ({
  prompt_tokens: n + 3,
  completion_tokens: 4,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 1 },
});
const used = (n: number) => ({ input: n + 3, output: 4, cached: 3, reasoning: 1 });
const calling = (n: number) => [
  { id: `c${n}`, type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
];

/** OpenAI's messages, with usage beside each answer. */
const chat: Makers = {
  ask: (n) => ({ value: { role: 'user', content: [{ type: 'text', text: `ask ${n}` }] } }),
  system: () => ({ value: { role: 'developer', content: 'rules' } }),
  answer: (n) => ({
    value: { role: 'assistant', content: 'hi', reasoning_content: 'hm', usage: usage(n) },
    adds: used(n),
  }),
  call: (n) => ({
    value: { role: 'assistant', content: null, tool_calls: calling(n), usage: usage(n) },
    adds: { ...used(n), calls: 1 },
  }),
  result: (n) => ({ value: { role: 'tool', tool_call_id: `c${n - 1}`, content: 'é' } }),
  'an odd one': () => ({ value: { role: 'narrator', content: { any: 'thing' } } }),
};

/** A request with its answer, as a proxy logs them. */
const exchanges: Readonly<Record<string, (n: number) => Turn>> = {
  'a request of its own': (n) => ({
    value: {
      request: { messages: [{ role: 'user', content: `ask ${n}` }] },
      response: { choices: [{ message: { role: 'assistant', tool_calls: calling(n) } }], usage: usage(n) },
    },
    adds: { ...used(n), calls: 1 },
  }),
  'a response of its own': (n) => ({
    value: {
      input: `ask ${n}`,
      output: [
        { type: 'reasoning', summary: [] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
      ],
      usage: usage(n),
    },
    adds: { ...used(n), calls: 1 },
  }),
};

/** One session a line, each longer than the one before. */
export const openaiChatKit: LogKit = {
  format: 'openai-chat',
  name: 'openai-chat',
  moves: [
    ...[...Object.keys(chat), ...Object.keys(exchanges), 'the next session', 'the same id again'],
    ...Object.keys(strayLines),
  ],
  make(moves) {
    const lines: string[] = [];
    let [messages, id]: [object[], number] = [[{ role: 'system', content: 'rules' }], 1];
    const write = (more: object = {}) => {
      lines.push(lineOf({ id: `s${id}`, model: 'm', created: Date.UTC(2026) / 1000, messages, ...more }));
      messages = [{ role: 'user', content: 'go on' }];
    };
    const adds = moves.map((move, at) => {
      const exchange = exchanges[move]?.(at + 1);
      const turn = exchange ?? chat[move]?.(at + 1);
      if (exchange) lines.push(lineOf({ id: `x${at}`, ...exchange.value }));
      else if (turn) messages.push(turn.value);
      else if (move === 'the next session') {
        write();
        id++;
      } else if (move === 'the same id again') write({ again: true });
      else lines.push(strayLines[move] ?? '');
      return turn?.adds ?? {};
    });
    write();
    return { files: { 'set.jsonl': lines.join('') }, totals: addUp(adds) };
  },
};

export const tauBenchKit = documentKit('tau-bench', { ...chat }, (turns) => {
  const trial = (trial: number, traj: readonly object[]) => ({
    task_id: 7,
    trial,
    reward: 1,
    info: {},
    traj,
  });
  return { 'gpt-airline.json': JSON.stringify([trial(0, turns), trial(1, [])]) };
});

const step = (role: string, content: string) => ({ role, content, agent: 'primary' });

export const sweAgentKit = documentKit(
  'swe-agent',
  {
    ask: (n) => ({ value: step('user', `ask ${n}`) }),
    answer: () => ({ value: step('assistant', 'hm') }),
    act: () => ({
      value: { ...step('assistant', 'look'), action: 'ls -F\n', thought: 'look' },
      adds: { calls: 1 },
    }),
    demo: () => ({ value: { ...step('assistant', 'demo'), action: 'ls', is_demo: true } }),
  },
  (history) => ({
    'astropy-1.traj': JSON.stringify({
      history: [{ ...step('system', 'rules') }, ...history],
      trajectory: [],
      info: { exit_status: 'submitted', submission: 'diff' },
    }),
  }),
);

export const miniSweAgentKit = documentKit(
  'mini-swe-agent',
  {
    ask: (n) => ({ value: { role: 'user', content: `ask ${n}` } }),
    act: (n) => ({
      value: {
        role: 'assistant',
        content: 'look\n```bash\nls\n```',
        extra: { response: { id: `r${n}`, model: 'm', usage: { ...usage(n), cost: n / 4 } } },
      },
      adds: { ...used(n), usd: n / 4, calls: 1 },
    }),
    observe: () => ({ value: { role: 'user', content: '<returncode>1</returncode>\nno' } }),
  },
  (messages) => ({
    'django-1.traj.json': JSON.stringify({
      instance_id: 'django-1',
      trajectory_format: 'mini-swe-agent-1',
      info: { mini_version: '1', exit_status: 'Submitted', submission: 'diff' },
      messages: [{ role: 'system', content: 'rules' }, ...messages],
    }),
  }),
);

const metrics = (n: number) => ({
  prompt_tokens: n + 3,
  completion_tokens: 4,
  cached_tokens: 3,
  cost_usd: n / 4,
  extra: { reasoning_tokens: 1 },
});

export const atifKit = documentKit(
  'atif',
  {
    ask: (n) => ({ value: { source: 'user', message: `ask ${n}`, timestamp: timeAt(n) } }),
    answer: (n) => ({
      value: { source: 'agent', message: 'hi', reasoning_content: 'hm', metrics: metrics(n) },
      adds: { ...used(n), usd: n / 4 },
    }),
    call: (n) => ({
      value: {
        source: 'agent',
        message: '',
        tool_calls: [{ tool_call_id: `c${n}`, function_name: 'f', arguments: { a: 1 } }],
        observation: { results: [{ source_call_id: `c${n}`, content: 'é' }] },
        metrics: metrics(n),
      },
      adds: { ...used(n), usd: n / 4, calls: 1 },
    }),
    copied: (n) => ({
      value: { source: 'agent', message: 'old', is_copied_context: true, metrics: metrics(n) },
    }),
  },
  (steps) => ({
    'trajectory.json': JSON.stringify({
      schema_version: 'ATIF-v1.5',
      session_id: 'one',
      agent: { name: 'a', version: '1', model_name: 'm' },
      steps: [{ step_id: 0, source: 'system', message: 'rules' }, ...steps],
    }),
  }),
);
