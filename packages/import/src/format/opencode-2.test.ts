import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { type Dump, dumpArchives } from '../testing/dump-archives.ts';
import { OpencodeFile } from '../testing/opencode-file.ts';

const ms = Date.UTC(2026, 5, 1);
const tokens = (n: number) => ({ input: n, output: 2, reasoning: 1, cache: { read: 10, write: 3 } });

async function importFile(file: OpencodeFile) {
  const into = makeTestFolder();
  const report = await importLogs('auto', file.path, { into });
  expect(report.problems).toEqual([]);
  return dumpArchives(into);
}

const textsOf = (dump: Dump | undefined) =>
  dump?.messages.flatMap(({ parts }) =>
    JSON.parse(String(parts)).map((it: { content?: unknown }) => it.content),
  );

describe('a database of opencode 2', () => {
  it('is read by its own table of sessions, with what a compaction cost', async () => {
    using file = new OpencodeFile('session_v2', 'session_message');
    file.insert('session_v2', {
      id: 'ses_1',
      title: null,
      version: '2.0.8',
      time_created: ms,
      time_updated: ms,
    });
    file.row('m1', 'ses_1', ms + 1, 'user', { text: 'fix it' });
    file.row('m2', 'ses_1', ms + 2, 'assistant', {
      model: { id: 'm', providerID: 'x' },
      content: [{ type: 'text', text: 'done' }],
      tokens: tokens(5),
      cost: 0.5,
    });
    file.row('m3', 'ses_1', ms + 3, 'compaction', {
      status: 'failed',
      model: { id: 'n', providerID: 'x' },
      error: { type: 'APIError', message: 'no' },
      tokens: tokens(7),
      cost: 0.25,
    });
    const { ses_1: session } = await importFile(file);
    expect(session?.sessions).toMatchObject([{ agent_version: '2.0.8', title: null }]);
    expect(
      session?.model_calls.map((it) => [it.response_model, it.input_tokens, it.cost_usd, it.error_type]),
    ).toEqual([
      ['m', 18, 0.5, null],
      ['n', 20, 0.25, 'APIError'],
    ]);
  });

  it('gives the commands that the user gave to the shell as calls', async () => {
    using file = new OpencodeFile('session_v2', 'session_message').session('ses_1', ms, 'session_v2');
    const output = { output: 'x', cursor: 1, size: 1, truncated: false };
    file.row('m1', 'ses_1', ms, 'shell', { shellID: 's1', command: 'ls', status: 'exited', exit: 0, output });
    file.row('m2', 'ses_1', ms, 'shell', { shellID: 's2', command: 'ls', status: 'exited', exit: 2, output });
    file.row('m3', 'ses_1', ms, 'shell', { shellID: 's3', command: 'ls', status: 'killed', output });
    file.row('m4', 'ses_1', ms, 'shell', { shellID: 's4', command: 'ls', status: 'timeout', output });
    file.row('m5', 'ses_1', ms, 'shell', { shellID: 's5', command: 'ls', status: 'running' });
    file.row('m6', 'ses_1', ms, 'shell', { callID: 's6', command: 'pwd', output: '/' });
    const { ses_1: session } = await importFile(file);
    expect(session?.tool_calls.map((it) => [it.tool_call_id, it.status, it.error_type, it.result])).toEqual([
      ['s1', 'ok', null, '"x"'],
      ['s2', 'error', 'exit_code_2', '"x"'],
      ['s3', 'cancelled', 'aborted', '"x"'],
      ['s4', 'error', 'tool_error', '"x"'],
      ['s5', 'interrupted', null, null],
      ['s6', 'ok', null, '"/"'],
    ]);
    expect(session?.messages).toHaveLength(6);
  });

  it('gives attachments that stand in the row, or elsewhere', async () => {
    using file = new OpencodeFile('session_v2', 'session_message').session('ses_1', ms, 'session_v2');
    const files = [
      { data: 'YWJj', mime: 'image/png', source: { type: 'inline' }, name: 'a.png' },
      { data: '', mime: 'image/png', source: { type: 'uri', uri: 'https://example.com/b.png' } },
    ];
    file.row('m1', 'ses_1', ms, 'user', { text: 'look', files });
    const { ses_1: session } = await importFile(file);
    expect(JSON.parse(String(session?.messages[0]?.parts))).toMatchObject([
      { type: 'text' },
      { type: 'blob', content: 'YWJj', mime_type: 'image/png' },
      { type: 'uri', uri: 'https://example.com/b.png' },
    ]);
  });

  it('names the calls that started sub-sessions, in either store', async () => {
    using file = new OpencodeFile('session', 'message', 'part', 'session_message');
    for (const id of ['parent', 'second'])
      file.session(id, ms).said(`${id}-1`, id, ms, 'go', 'on', 'no JSON');
    const task = {
      type: 'tool',
      callID: 'c1',
      tool: 'task',
      state: { status: 'completed', metadata: { sessionId: 'a' } },
    };
    const change = file.sqlite.prepare('UPDATE part SET data = ? WHERE id = ?');
    change.run(JSON.stringify(task), 'parent-1-0');
    change.run(JSON.stringify({ ...task, callID: 'gone on with' }), 'parent-1-1');
    file.sqlite.exec("UPDATE part SET data = '{' WHERE id = 'parent-1-2'");
    const tool = { type: 'tool', id: 'c2', name: 'subagent', state: { structured: { sessionID: 'b' } } };
    file.row('m1', 'second', ms + 1, 'assistant', { content: ['odd', tool] });
    for (const [id, parent] of [
      ['a', 'parent'],
      ['b', 'second'],
      ['c', 'parent'],
    ] as const)
      file.insert('session', { id, parent_id: parent, time_created: ms, time_updated: ms });
    const dumps = await importFile(file);
    expect(['a', 'b', 'c'].map((id) => dumps[id]?.sessions[0])).toMatchObject([
      { parent_session_id: 'parent', parent_tool_call_id: 'c1' },
      { parent_session_id: 'second', parent_tool_call_id: 'c2' },
      { parent_session_id: 'parent', parent_tool_call_id: null },
    ]);
  });

  it('tells what was copied from the first store once, and goes on where that ends', async () => {
    using file = new OpencodeFile('session', 'session_v2', 'message', 'part', 'session_message');
    for (const id of ['copied', 'partly', 'old']) file.session(id, ms);
    for (const id of ['copied', 'partly', 'new']) file.session(id, ms, 'session_v2');
    for (const id of ['copied', 'partly', 'old']) {
      file.said(`${id}-1`, id, ms + 10, 'one').said(`${id}-2`, id, ms + 20, 'two');
    }
    file.row('copied-1', 'copied', ms + 10, 'user', { text: 'one' });
    file.row('copied-2', 'copied', ms + 20, 'user', { text: 'two' });
    file.row('copied-2-step', 'copied', ms + 20, 'user', { text: 'a part of two' });
    file.row('copied-3', 'copied', ms + 30, 'user', { text: 'three' });
    file.row('other-1', 'partly', ms + 10, 'user', { text: 'one, elsewhere' });
    file.row('other-3', 'partly', ms + 20, 'user', { text: 'three' });
    file.row('new-1', 'new', ms, 'user', { text: 'only here' });
    const dumps = await importFile(file);
    expect(Object.fromEntries(Object.entries(dumps).map(([id, dump]) => [id, textsOf(dump)]))).toEqual({
      copied: ['one', 'two', 'three'],
      partly: ['one', 'two', 'three'],
      old: ['one', 'two'],
      new: ['only here'],
    });
  });
});

describe('a folder in which opencode has left its old stores', () => {
  const document = (id: string, text: string, updated: number) => ({
    [`storage/session/p/${id}.json`]: { id, title: text, time: { created: ms, updated } },
    [`storage/message/${id}/${id}-1.json`]: { id: `${id}-1`, role: 'user', time: { created: ms } },
    [`storage/part/${id}-1/p.json`]: { id: 'p', type: 'text', text },
  });
  const write = (dir: string, files: Record<string, object>) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), JSON.stringify(content));
    }
  };
  const titlesIn = (into: string) =>
    Object.entries(dumpArchives(into)).map(([id, { sessions }]) => [id, sessions[0]?.title]);

  it.each([
    ['at once', false],
    ['where the files were imported before', true],
  ])('gives each session once, as its database has it, %s', async (_when, isBefore) => {
    using file = new OpencodeFile('session', 'message', 'part').session('both', ms + 9);
    file.said('both-1', 'both', ms, 'one').said('both-2', 'both', ms + 9, 'two');
    const [dir, into] = [dirname(file.path), makeTestFolder()];
    write(dir, { ...document('both', 'old', ms), ...document('only', 'old', ms) });
    if (isBefore) await importLogs('auto', join(dir, 'storage'), { into });
    const report = await importLogs('auto', dir, { into });
    expect(report.problems).toEqual([]);
    expect(titlesIn(into)).toEqual([
      ['both', 'both'],
      ['only', 'old'],
    ]);
    rmSync(join(into, '.varve-imports.json'));
    rmSync(join(into, '.varve-imports'), { recursive: true });
    expect(await importLogs('auto', dir, { into })).toMatchObject({ added: 0, changed: 0 });
  });

  it('takes of two databases the one that knows more of a session', async () => {
    using old = new OpencodeFile('session', 'message', 'part');
    using next = new OpencodeFile('session', 'message', 'part');
    const into = makeTestFolder();
    for (const [file, at] of [
      [old, ms],
      [next, ms + 9],
    ] as const)
      file.session('both', at).said('m1', 'both', at, `at ${at}`);
    await importLogs('auto', old.path, { into });
    expect(await importLogs('auto', next.path, { into })).toMatchObject({ changed: 1 });
    old.sqlite.exec("UPDATE session SET title = 'x'");
    expect(await importLogs('auto', old.path, { into })).toMatchObject({
      changed: 0,
      skipped: { 'told by another of its stores': 1 },
    });
    expect(textsOf(dumpArchives(into).both)).toEqual([`at ${ms + 9}`]);
  });
});
