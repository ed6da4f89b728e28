import { addUp, type LogKit, lineOf, strayLines, type Totals, timeAt } from './kit.ts';

interface Message {
  readonly value: Readonly<Record<string, unknown>>;
  readonly adds?: Partial<Totals>;
}

const base = (n: number, type: string, more: object) => ({
  id: `m${n}`,
  timestamp: timeAt(n),
  type,
  ...more,
});
const tokens = (n: number) => ({ input: n, output: 3, cached: 1, thoughts: 2, tool: 1, total: n + 6 });
const used = (n: number) => ({ input: n + 1, output: 5, cached: 1, reasoning: 2 });
const call = (n: number, status: string) => ({
  id: `c${n}`,
  name: 'read_file',
  args: { path: 'x' },
  status,
  timestamp: timeAt(n + 1),
  result: [{ functionResponse: { id: `c${n}`, name: 'read_file', response: { output: 'é' } } }],
});

const makers: Readonly<Record<string, (n: number) => Message>> = {
  ask: (n) => ({ value: base(n, 'user', { content: `ask ${n}` }) }),
  answer: (n) => ({
    value: base(n, 'gemini', {
      content: 'hi',
      thoughts: [{ subject: 's', description: 'd', timestamp: timeAt(n) }],
      tokens: tokens(n),
      model: 'pro',
    }),
    adds: used(n),
  }),
  calls: (n) => ({
    value: base(n, 'gemini', {
      content: '',
      toolCalls: [call(n, 'success'), { ...call(n, 'error'), id: `d${n}`, resultDisplay: 'no' }],
      tokens: tokens(n),
      model: 'pro',
    }),
    adds: { ...used(n), calls: 2 },
  }),
  info: (n) => ({ value: base(n, 'info', { content: 'note' }) }),
};

const facts = { sessionId: 'one', projectHash: 'h', startTime: timeAt(0), lastUpdated: timeAt(9) };

export const geminiKit: LogKit = {
  format: 'gemini-cli',
  name: 'gemini-cli documents',
  moves: Object.keys(makers),
  make(moves) {
    const made = moves.map((move, at) => makers[move]?.(at + 1) ?? { value: {} });
    const document = { ...facts, messages: made.map(({ value }) => value) };
    return {
      files: { 'chats/session-one.json': JSON.stringify(document, null, 2) },
      totals: addUp(made.map(({ adds }) => adds ?? {})),
    };
  },
};

/** Of an id that is told again, the last counts. */
export const geminiLinesKit: LogKit = {
  format: 'gemini-cli',
  name: 'gemini-cli lines',
  moves: [...Object.keys(makers), 'told again', 'taken back', 'facts', ...Object.keys(strayLines)],
  make(moves) {
    const lines = [lineOf(facts)];
    const adds = moves.map((move, at) => {
      const made = makers[move]?.(at + 1);
      if (made) lines.push(lineOf({ ...made.value, content: 'half' }), lineOf(made.value));
      else if (move === 'told again') lines.push(lines.findLast((it) => it.includes('"id":"m')) ?? '');
      else if (move === 'taken back') lines.push(lineOf({ $rewindTo: 'm1' }));
      else if (move === 'facts') lines.push(lineOf({ $set: { summary: `title ${at}` } }));
      else lines.push(strayLines[move] ?? '');
      return made?.adds ?? {};
    });
    return { files: { 'chats/session-one.jsonl': lines.join('') }, totals: addUp(adds) };
  },
};
