import { chmodSync, cpSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives } from '../testing/dump-archives.ts';
import { findSamples, logSamples, whyNoSamples } from '../testing/log-samples.ts';

const ms = Date.UTC(2026, 0, 1);

type Files = Readonly<Record<string, unknown>>;

/** What is no text is written as JSON. */
function write(dir: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

const session = (id: string, more: object = {}) => ({
  id,
  title: id,
  time: { created: ms, updated: ms + 5 },
  ...more,
});
const said = (n: number) => ({ id: `msg_${n}`, role: 'user', time: { created: ms + n } });
const text = (n: number) => ({ id: `prt_${n}`, type: 'text', text: `text ${n}` });
const task = (child: string, callID: string, name = 'sessionId') => ({
  type: 'tool',
  callID,
  tool: 'task',
  state: { status: 'completed', input: {}, output: 'x', metadata: { [name]: child } },
});

/** Both layouts: of the first releases, and of those before 1.2. */
const layouts = [
  {
    layout: 'before 1.2',
    sessionAt: (id: string) => `storage/session/p/${id}.json`,
    messageAt: (id: string, n: number) => `storage/message/${id}/msg_${n}.json`,
    partAt: (_id: string, n: number, part: number) => `storage/part/msg_${n}/prt_${part}.json`,
  },
  {
    layout: 'of the first releases',
    sessionAt: (id: string) => `storage/session/info/${id}.json`,
    messageAt: (id: string, n: number) => `storage/session/message/${id}/msg_${n}.json`,
    partAt: (id: string, n: number, part: number) => `storage/session/part/${id}/msg_${n}/prt_${part}.json`,
  },
];

function setUp(files: Files) {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  write(from, files);
  return { from, into, again: () => importLogs('auto', from, { into }) };
}

describe.each(layouts)('a tree $layout', ({ sessionAt, messageAt, partAt }) => {
  it('counts the files of messages and parts that it cannot read, by why, and reads the rest', async () => {
    const { from, into, again } = setUp({
      [sessionAt('ses_1')]: session('ses_1'),
      [messageAt('ses_1', 1)]: said(1),
      [partAt('ses_1', 1, 1)]: text(1),
      [partAt('ses_1', 1, 2)]: '{"id":"prt_2","ty',
      [partAt('ses_1', 1, 3)]: { id: 'prt_3' },
      [messageAt('ses_1', 2)]: '{"id":"msg_2","sess',
      [messageAt('ses_1', 3)]: [],
      [messageAt('ses_1', 4)]: '',
      [messageAt('ses_1', 5)]: said(5),
    });
    const skipped = { torn: 3, 'not a record': 2 };
    expect(await again()).toMatchObject({ added: 1, records: 6, skipped, otherFiles: 0, problems: [] });
    expect(dumpArchives(into).ses_1?.messages).toMatchObject([
      { message_id: 'msg_1', parts: JSON.stringify([{ type: 'text', content: 'text 1' }]) },
      { message_id: 'msg_5' },
    ]);
    expect(await again()).toMatchObject({ records: 0, unchanged: 1, skipped: {} });
    write(from, { [messageAt('ses_1', 2)]: said(2) });
    expect(await again()).toMatchObject({ changed: 1, skipped: { torn: 2, 'not a record': 2 } });
    expect(dumpArchives(into).ses_1?.messages).toHaveLength(3);
  });

  it('keeps the parts of a message whose own file is torn, in its place', async () => {
    const { into, again } = setUp({
      [sessionAt('ses_1')]: session('ses_1'),
      [messageAt('ses_1', 1)]: said(1),
      [messageAt('ses_1', 2)]: '{',
      [partAt('ses_1', 2, 1)]: { type: 'step-start' },
      [partAt('ses_1', 2, 2)]: task('x', 'c1'),
      [messageAt('ses_1', 3)]: said(3),
    });
    expect(await again()).toMatchObject({ added: 1, skipped: { torn: 1 } });
    const dump = dumpArchives(into).ses_1;
    expect(dump?.messages.map((it) => [it.message_id, it.role])).toEqual([
      ['msg_1', 'user'],
      ['msg_2', 'assistant'],
      ['msg_3', 'user'],
    ]);
    expect(dump?.tool_calls).toMatchObject([{ tool_call_id: 'c1', status: 'ok' }]);
  });

  it('counts as other files only those that are read with no session', async () => {
    const { from, into, again } = setUp({
      [sessionAt('ses_1')]: session('ses_1'),
      [messageAt('ses_1', 1)]: said(1),
      [partAt('ses_1', 1, 1)]: text(1),
      [messageAt('ses_2', 7)]: said(7),
      [partAt('ses_2', 7, 1)]: text(7),
      'storage/notes.txt': 'nothing',
    });
    expect(await again()).toMatchObject({ added: 1, logs: 1, otherFiles: 3 });
    expect(await again()).toMatchObject({ unchanged: 1, logs: 1, otherFiles: 3 });
    const named = await importLogs('auto', [from, join(from, messageAt('ses_1', 1))], { into });
    expect(named.problems).toMatchObject([{ code: 'LOG_UNRECOGNISED' }]);
    const other = makeTestFolder();
    expect(await importLogs('codex', from, { into: other })).toMatchObject({ logs: 0, otherFiles: 6 });
  });

  it.each([
    ['torn', '{"id":"ses_1","ti'],
    ['not a record', []],
    ['torn', ''],
  ])('keeps the messages of a session whose own file is %s', async (reason, content) => {
    const { from, into, again } = setUp({
      [sessionAt('ses_1')]: content,
      [messageAt('ses_1', 1)]: said(1),
      [partAt('ses_1', 1, 1)]: text(1),
      [messageAt('ses_1', 2)]: said(2),
    });
    const found = { logs: 1, otherFiles: 0, skipped: { [reason]: 1 }, problems: [] };
    expect(await again()).toMatchObject({ added: 1, ...found });
    const { sessions, messages } = dumpArchives(into).ses_1 ?? {};
    expect(sessions).toMatchObject([{ started_at_ms: ms + 1, ended_at_ms: ms + 2 }]);
    expect(messages).toHaveLength(2);
    write(from, { [sessionAt('ses_1')]: session('ses_1') });
    expect(await again()).toMatchObject({ changed: 1, skipped: {} });
    expect(dumpArchives(into).ses_1?.sessions).toMatchObject([{ started_at_ms: ms, title: 'ses_1' }]);
  });

  it('names the calls that started sub-sessions, also when the parent tells of them later', async () => {
    const child = session('ses_2', { parentID: 'ses_1' });
    const { from, into, again } = setUp({
      [sessionAt('ses_1')]: session('ses_1'),
      [messageAt('ses_1', 1)]: said(1),
      [partAt('ses_1', 1, 1)]: task('ses_2', 'c1'),
      [partAt('ses_1', 1, 2)]: '{',
      [partAt('ses_1', 1, 4)]: task('ses_2', 'gone on with'),
      [sessionAt('ses_2')]: child,
      [sessionAt('ses_3')]: session('ses_3', { parentID: 'ses_1' }),
      [sessionAt('ses_4')]: session('ses_4', { parentID: '../ses_1' }),
    });
    const callsNow = () =>
      Object.entries(dumpArchives(into)).map(([id, { sessions }]) => [id, sessions[0]?.parent_tool_call_id]);
    await again();
    expect(callsNow()).toEqual([
      ['ses_1', null],
      ['ses_2', 'c1'],
      ['ses_3', null],
      ['ses_4', null],
    ]);
    write(from, { [partAt('ses_1', 1, 3)]: task('ses_3', 'c3', 'sessionID') });
    expect(await again()).toMatchObject({ changed: 2, unchanged: 2 });
    expect(callsNow()[2]).toEqual(['ses_3', 'c3']);
    const before = statSync(join(into, 'ses_2.db')).ino;
    rmSync(join(into, '.varve-imports.json'));
    expect(await again()).toMatchObject({ changed: 0, unchanged: 4 });
    expect(statSync(join(into, 'ses_2.db')).ino).toBe(before);
  });

  it('keeps the parts that stand in the message itself, as they did before they had files', async () => {
    const parts = [{ type: 'text', text: 'inline' }, task('x', 'c1'), { id: 'x' }, 'the id of a part'];
    const { into, again } = setUp({
      [sessionAt('ses_1')]: session('ses_1'),
      [messageAt('ses_1', 1)]: { ...said(1), role: 'assistant', parts },
    });
    expect(await again()).toMatchObject({ added: 1, skipped: { 'not a record': 1 } });
    const { messages, tool_calls: calls } = dumpArchives(into).ses_1 ?? {};
    expect(JSON.parse(String(messages?.[0]?.parts))).toMatchObject([
      { type: 'text', content: 'inline' },
      { type: 'tool_call', id: 'c1' },
    ]);
    expect(calls).toMatchObject([{ tool_call_id: 'c1', status: 'ok' }]);
  });

  it('ends no session before the last that happened in it', async () => {
    const state = { status: 'completed', input: {}, output: 'x', time: { start: ms + 70, end: ms + 90 } };
    const { into, again } = setUp({
      [sessionAt('ses_1')]: session('ses_1'),
      [messageAt('ses_1', 60)]: said(60),
      [sessionAt('ses_2')]: session('ses_2'),
      [messageAt('ses_2', 61)]: {
        ...said(61),
        role: 'assistant',
        time: { created: ms + 61, completed: ms + 80 },
      },
      [sessionAt('ses_3')]: session('ses_3'),
      [messageAt('ses_3', 62)]: said(62),
      [partAt('ses_3', 62, 1)]: { type: 'tool', callID: 'c', tool: 'bash', state },
      [sessionAt('ses_4')]: session('ses_4'),
    });
    await again();
    const ends = Object.values(dumpArchives(into)).map(
      ({ sessions }) => Number(sessions[0]?.ended_at_ms) - ms,
    );
    expect(ends).toEqual([60, 80, 90, 5]);
  });
});

it('takes the tree that tells more of a session, by its last message', async () => {
  const [{ sessionAt, messageAt }] = layouts as [(typeof layouts)[number]];
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  const tree = (name: string, n: number) =>
    write(join(from, name), {
      [sessionAt('ses_1')]: session('ses_1'),
      [messageAt('ses_1', 10)]: said(10),
      [messageAt('ses_1', n)]: said(n),
    });
  tree('a', 30);
  tree('b', 20);
  tree('c', 40);
  const skipped = { 'told by another of its stores': 1 };
  expect(await importLogs('auto', from, { into })).toMatchObject({ added: 1, changed: 1, skipped });
  const ids = () => dumpArchives(into).ses_1?.messages.map((it) => it.message_id);
  expect(ids()).toEqual(['msg_10', 'msg_40']);
  expect(await importLogs('auto', from, { into })).toMatchObject({ unchanged: 1, records: 0 });
});

it.skipIf(process.getuid?.() === 0)(
  'names the file that may not be read, and reads the other sessions',
  async () => {
    const [{ sessionAt, messageAt }] = layouts as [(typeof layouts)[number]];
    const { from, again } = setUp({
      [sessionAt('ses_1')]: session('ses_1'),
      [messageAt('ses_1', 1)]: said(1),
      [sessionAt('ses_2')]: session('ses_2'),
    });
    const closed = join(from, messageAt('ses_1', 1));
    chmodSync(closed, 0);
    expect(await again()).toMatchObject({ added: 1, problems: [{ code: 'FILE_UNREADABLE', path: closed }] });
    chmodSync(closed, 0o600);
    expect(await again()).toMatchObject({ added: 1, unchanged: 1, problems: [] });
  },
);

const samples = findSamples('agent-logs/opencode-json/storage/**/*.json');

it.skipIf(!logSamples)(
  `loses of a real tree what is torn, and nothing else (skipped where ${whyNoSamples})`,
  async () => {
    const root = samples[0]?.replace(/storage\/.*$/, 'storage') ?? '';
    const rowsWith = async (torn?: string) => {
      const [from, into] = [makeTestFolder(), makeTestFolder()];
      cpSync(root, from, { recursive: true });
      if (torn !== undefined) truncateSync(join(from, relative(root, torn)), 20);
      const { skipped, otherFiles, sessions } = await importLogs('auto', from, { into });
      return { skipped, otherFiles, rows: sessions.map(({ rows }) => rows) };
    };
    const whole = await rowsWith();
    expect(whole).toEqual({ skipped: {}, otherFiles: 0, rows: [expect.any(Number)] });
    for (const sample of samples) {
      const { skipped, otherFiles, rows } = await rowsWith(sample);
      expect([sample, skipped, otherFiles, rows.length]).toEqual([sample, { torn: 1 }, 0, 1]);
      expect(Number(whole.rows[0]) - Number(rows[0])).toBeLessThanOrEqual(2);
    }
  },
);
