import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { assistant, user, uuid } from './testing/claude-records.ts';
import { dumpArchives, jsonLines } from './testing/dump-archives.ts';
import { importFiles } from './testing/import-files.ts';

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

it('sessions of Claude Code with calls under way are in mind when other logs, behind hundreds, go on with them', async () => {
  const at = { timestamp: user(3, '').timestamp };
  const call = { type: 'tool_use', id: 'slow', name: 'Bash', input: { command: 'make' } };
  const result = { type: 'tool_result', tool_use_id: 'slow', content: 'made' };
  const of = (it: number) => ({ ...at, sessionId: uuid(10_000 + it), isSidechain: false });
  const begun = conversations.map((it) => [
    `${of(it).sessionId}.jsonl`,
    jsonLines(user(1, 'go', of(it)), assistant(1000 + it, [call], {}, { ...of(it), parentUuid: uuid(1) })),
  ]);
  // Logs of a family are read by their sizes.
  const more = [{ type: 'text', text: 'more '.repeat(200) }];
  const goneOnWith = conversations.slice(20, 60);
  const later = goneOnWith.map((it) => [
    `later-${it}.jsonl`,
    jsonLines(
      user(1, 'go', of(it)),
      assistant(1000 + it, more, {}, { ...of(it), uuid: uuid(2000 + it) }),
      user(3000 + it, [result], { ...of(it), parentUuid: uuid(1000 + it) }),
    ),
  ]);
  const { dumps } = await importFiles('claude-code', Object.fromEntries([...begun, ...later]));
  for (const it of goneOnWith) {
    const { model_calls, tool_calls } = dumps[uuid(10_000 + it)] ?? {};
    expect(tool_calls).toMatchObject([{ tool_call_id: 'slow', status: 'ok', result: '"made"' }]);
    expect(model_calls).toHaveLength(1);
  }
}, 60_000);
