import { expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

const list = (object: Readonly<Record<string, string>>) =>
  Object.entries(object).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' };
const named = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.conversation.id': 'talk' };

function span(spanId: string, attributes: Record<string, string>, atMs: number) {
  const time = { startTimeUnixNano: `${1_767_225_600_000 + atMs}000000` };
  const one = { traceId: 't', spanId, name: 'span', ...time, attributes: list(attributes) };
  return { resourceSpans: [{ resource: {}, scopeSpans: [{ spans: [one] }] }] };
}

function event(spanId: string, eventName: string, content: string) {
  const body = { kvlistValue: { values: list({ content }) } };
  return { resourceLogs: [{ scopeLogs: [{ logRecords: [{ traceId: 't', spanId, eventName, body }] }] }] };
}

/** More than is held in memory, and the conversation is named at the end. */
const spanCount = 60;
const long = (what: string, n: number) => `${what} ${n} `.padEnd(30_000, '.');
const lines = Array.from({ length: spanCount }, (_, n) => [
  event(`s${n}`, 'gen_ai.user.message', long('ask', n)),
  event(`s${n}`, 'gen_ai.user.message', long('ask more', n)),
  span(`s${n}`, chat, n),
  event(`s${n}`, 'gen_ai.choice', long('answer', n)),
]).flat();
const said = Array.from({ length: spanCount }, (_, n) => [
  long('ask', n),
  long('ask more', n),
  long('answer', n),
]).flat();

const shapes: readonly (readonly [string, string, string])[] = [
  ['lines', 'a.jsonl', jsonLines(...lines, span('end', named, spanCount))],
  ['elements of an array', 'a.json', JSON.stringify([...lines, span('end', named, spanCount)])],
];

it.each(shapes)(
  'spans and their messages that have to wait in a file, as %s, are all there in their order',
  async (_shape, name, text) => {
    const { dumps, report } = await importFiles('otlp', { [name]: text });
    expect(report).toMatchObject({ added: 1, records: 4 * spanCount + 1, skipped: {}, problems: [] });
    const texts = dumps.talk?.messages.map(({ parts }) => JSON.parse(String(parts))[0].content);
    expect(texts).toEqual(said);
    expect(dumps.talk?.model_calls.map((row) => row.started_at_ms)).toEqual(
      Array.from({ length: spanCount }, (_, n) => 1_767_225_600_000 + n),
    );
    expect(dumps.talk?.intermediate_results).toMatchObject([{ kind: 'invoke_agent' }]);
  },
);

it('counts an event of a span that is told nowhere once, however often it was exported', async () => {
  const lost = Array.from({ length: 50 }, (_, n) => event('lost', 'gen_ai.choice', `answer ${n % 5}`));
  const { dumps } = await importFiles('otlp', { 'a.jsonl': jsonLines(span('s', chat, 0), ...lost) });
  const kept = dumps.t?.intermediate_results.map(({ value }) => JSON.parse(String(value)).content);
  expect(kept).toEqual([0, 1, 2, 3, 4].map((n) => `answer ${n}`));
});
