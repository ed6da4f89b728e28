import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { dumpArchives, jsonLines } from './testing/dump-archives.ts';

const list = (object: Readonly<Record<string, string>>) =>
  Object.entries(object).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const message = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

/** Of a conversation that is told whole with each request. */
function span(conversation: number, turn: number) {
  const said = Array.from({ length: turn + 1 }, (_, n) => message('user', `ask ${n}`));
  const attributes = list({
    'gen_ai.operation.name': 'chat',
    'gen_ai.conversation.id': `talk-${conversation}`,
    'gen_ai.input.messages': JSON.stringify(said),
    'gen_ai.output.messages': JSON.stringify([message('assistant', `answer ${turn}`)]),
  });
  const ids = { traceId: `t${conversation}`, spanId: `s${conversation} ${turn}` };
  const time = { startTimeUnixNano: `${1_767_225_600_000 + turn}000000` };
  return { resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, ...time, name: 'chat', attributes }] }] }] };
}

/** More than are held in memory. */
const conversations = Array.from({ length: 300 }, (_, n) => n);
const turns = [0, 1];
const one = jsonLines(...conversations.flatMap((it) => turns.map((turn) => span(it, turn))));
const byTurns = jsonLines(...turns.flatMap((turn) => conversations.map((it) => span(it, turn))));
const more = jsonLines(...conversations.map((it) => span(it, 2)));

it('many conversations that take turns come out as if each were told alone, also when the log grows', async () => {
  const log = join(makeTestFolder(), 'log.jsonl');
  const read = async (text: string, into = makeTestFolder()) => {
    writeFileSync(log, text);
    await importLogs('otlp', log, { into });
    return { into, dumps: dumpArchives(into) };
  };
  const alone = await read(one);
  const taken = await read(byTurns);
  expect(taken.dumps).toEqual(alone.dumps);
  expect(taken.dumps['talk-7']?.messages).toHaveLength(2 * turns.length);
  const whole = await read(byTurns + more);
  const grown = await read(byTurns + more, taken.into);
  expect(grown.dumps).toEqual(whole.dumps);
}, 60_000);
