import { addUp, type LogKit, lineOf, msAt, strayLines, type Told } from './kit.ts';

type Maker = (n: number, before: readonly string[]) => Told;

const attribute = ([key, value]: [string, unknown]) => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
});

function span(n: number, attributes: Record<string, unknown>, more: object = {}): string {
  const own = {
    traceId: `t${n % 2}`,
    spanId: `s${n}`,
    name: 'span',
    startTimeUnixNano: `${msAt(n)}000000`,
    endTimeUnixNano: `${msAt(n) + 250}000000`,
    attributes: Object.entries(attributes).map(attribute),
    ...more,
  };
  const resource = { attributes: [attribute(['service.name', 'svc'])] };
  return lineOf({ resourceSpans: [{ resource, scopeSpans: [{ spans: [own] }] }] });
}

/** What was said in a span, as a log record beside it. */
function event(n: number, name: string, content: string): string {
  const body = { kvlistValue: { values: [attribute(['content', content])] } };
  const own = { traceId: `t${n % 2}`, spanId: `s${n}`, timeUnixNano: `${msAt(n)}000000`, body };
  return lineOf({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ ...own, eventName: name }] }] }] });
}

const said = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

const chat = (n: number, more: Record<string, unknown> = {}) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'm',
  'gen_ai.usage.input_tokens': n + 2,
  'gen_ai.usage.cache_read.input_tokens': 2,
  'gen_ai.usage.output_tokens': 4,
  'gen_ai.input.messages': JSON.stringify([said('user', 'ask'), said('user', `ask ${n}`)]),
  'gen_ai.output.messages': JSON.stringify([said('assistant', 'hi')]),
  ...more,
});

const used = (n: number) => ({ input: n + 2, cached: 2, output: 4 });

const makers: Readonly<Record<string, Maker>> = {
  chat: (n) => ({ text: span(n, chat(n)), adds: used(n) }),
  'chat of a conversation': (n) => ({
    text: span(n, chat(n, { 'gen_ai.conversation.id': `conversation ${n % 2}` })),
    adds: used(n),
  }),
  tool: (n) => ({
    text: span(n, {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'f',
      'gen_ai.tool.call.id': `c${n}`,
      'gen_ai.tool.call.arguments': '{"a":1}',
    }),
    adds: { calls: 1 },
  }),
  'failed tool': (n) => ({
    text: span(n, { 'gen_ai.tool.name': 'f', 'error.type': 'timeout' }, { status: { code: 2 } }),
    adds: { calls: 1 },
  }),
  agent: (n) => ({
    text: span(n, {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'agent',
      'gen_ai.conversation.id': `conversation ${n % 2}`,
    }),
  }),
  'of a database': (n) => ({ text: span(n, { 'db.system': 'sqlite' }) }),
  'a message of the span before': (n) => ({ text: event(n - 1, 'gen_ai.choice', `hi ${n}`) }),
  'a message of the span to come': (n) => ({ text: event(n + 1, 'gen_ai.user.message', `ask ${n}`) }),
  'chat without messages': (n) => {
    const { 'gen_ai.input.messages': _in, 'gen_ai.output.messages': _out, ...silent } = chat(n);
    return { text: span(n, silent), adds: used(n) };
  },
  'exported again': (_n, before) => ({ text: before.at(-1) ?? '' }),
  'without times': (n) => ({
    text: span(n, chat(n), { startTimeUnixNano: undefined, endTimeUnixNano: undefined }),
    adds: used(n),
  }),
  ...Object.fromEntries(Object.entries(strayLines).map(([name, text]) => [name, () => ({ text })])),
};

export const otlpKit: LogKit = {
  format: 'otlp',
  name: 'otlp',
  moves: Object.keys(makers),
  make(moves) {
    const lines: string[] = [];
    const adds = ['chat', ...moves].map((move, at) => {
      const told = makers[move]?.(at + 1, lines) ?? { text: '' };
      lines.push(told.text);
      return told.adds ?? {};
    });
    return { files: { 'traces.jsonl': lines.join('') }, totals: addUp(adds) };
  },
};
