import { addUp, type LogKit, lineOf, msAt, strayLines, type Told, timeAt } from './kit.ts';

type Maker = (n: number) => Told;

const entry = (n: number, type: string, more: object) =>
  lineOf({ type, id: `e${n}`, parentId: n > 1 ? `e${n - 1}` : null, timestamp: timeAt(n), ...more });
const message = (n: number, value: object) =>
  entry(n, 'message', { message: { timestamp: msAt(n), ...value } });

const usageOf = (n: number) => ({
  ...{ input: n, output: 4, cacheRead: 3 * n, cacheWrite: 1 },
  cost: { total: n / 4 },
});

function answer(n: number, content: readonly object[]) {
  const usage = usageOf(n);
  return message(n, { role: 'assistant', content, usage, provider: 'x', model: 'm', stopReason: 'stop' });
}

const used = (n: number) => ({ input: 4 * n + 1, output: 4, cached: 3 * n, usd: n / 4 });

const makers: Readonly<Record<string, Maker>> = {
  ask: (n) => ({ text: message(n, { role: 'user', content: `ask ${n}` }) }),
  answer: (n) => ({
    text: answer(n, [
      { type: 'thinking', thinking: 'hm', thinkingSignature: 's' },
      { type: 'text', text: 'hi' },
    ]),
    adds: used(n),
  }),
  call: (n) => ({
    text: answer(n, [{ type: 'toolCall', id: `t${n}`, name: 'bash', arguments: { command: 'ls' } }]),
    adds: { ...used(n), calls: 1 },
  }),
  result: (n) => ({
    text: message(n, { role: 'toolResult', toolCallId: `t${n - 1}`, content: [{ type: 'text', text: 'x' }] }),
  }),
  'a line of the shell': (n) => ({
    text: message(n, { role: 'bashExecution', command: 'ls', output: 'x', exitCode: 0 }),
  }),
  compaction: (n) => ({ text: entry(n, 'compaction', { summary: 's', firstKeptEntryId: 'e1' }) }),
  'a compaction with its usage': (n) => ({
    text: entry(n, 'compaction', { summary: 's', firstKeptEntryId: 'e1', usage: usageOf(n) }),
    adds: used(n),
  }),
  branch: (n) => ({ text: entry(n, 'branch_summary', { fromId: 'e1', parentId: 'e1', summary: 's' }) }),
  'another model': (n) => ({ text: entry(n, 'model_change', { provider: 'x', modelId: `m${n}` }) }),
  name: (n) => ({ text: entry(n, 'session_info', { name: `name ${n}` }) }),
  'of an extension': (n) => ({ text: entry(n, 'custom_message', { customType: 'c', content: 'told' }) }),
  header: (n) => ({ text: lineOf({ type: 'session', id: 'other', timestamp: timeAt(n) }) }),
  ...Object.fromEntries(Object.entries(strayLines).map(([name, text]) => [name, () => ({ text })])),
};

export const piKit: LogKit = {
  format: 'pi',
  name: 'pi',
  moves: Object.keys(makers),
  make(moves) {
    const told = moves.map((move, at) => makers[move]?.(at + 1) ?? { text: '' });
    const header = lineOf({ type: 'session', version: 3, id: 'one', timestamp: timeAt(0), cwd: '/work' });
    return {
      files: { '2026_one.jsonl': header + told.map(({ text }) => text).join('') },
      totals: addUp(told.map(({ adds }) => adds ?? {})),
    };
  },
};
