import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

/** After opencode's published schema, as of two of its versions. */
const opencodeDdl = (sessionColumns: string) => `
  CREATE TABLE project (id text PRIMARY KEY, worktree text NOT NULL);
  CREATE TABLE session (id text PRIMARY KEY, project_id text NOT NULL, parent_id text, title text NOT NULL, version text NOT NULL,
    directory text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL${sessionColumns});
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
  CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL, session_id text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
  CREATE INDEX message_session_idx ON message (session_id);
  CREATE INDEX part_message_idx ON part (message_id);`;

function makeOpencodeDatabase(path: string, sessionColumns = ''): void {
  const sqlite = new Database(path);
  sqlite.exec(opencodeDdl(sessionColumns));
  const ms = Date.UTC(2026, 0, 1);
  const session = sqlite.prepare(
    'INSERT INTO session (id, project_id, parent_id, title, version, directory, time_created, time_updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  session.run('ses_1', 'p', null, 'Fix it', '1.2.0', '/work', ms, ms + 5000);
  session.run('ses_2', 'p', 'ses_1', 'Look', '1.2.0', '/work', ms + 1000, ms + 2000);
  const insert = (id: string, sessionId: string, data: object) =>
    sqlite
      .prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?)')
      .run(id, sessionId, ms, ms, JSON.stringify(data));
  const part = (id: string, messageId: string, data: object) =>
    sqlite
      .prepare('INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, messageId, 'ses_1', ms, ms, JSON.stringify(data));
  insert('msg_1', 'ses_1', { role: 'user', time: { created: ms } });
  part('prt_1', 'msg_1', { type: 'text', text: 'fix it' });
  insert('msg_2', 'ses_1', {
    role: 'assistant',
    providerID: 'anthropic',
    modelID: 'claude-x',
    time: { created: ms + 1, completed: ms + 9 },
    cost: 0.5,
    tokens: { input: 1, output: 2, reasoning: 3, cache: { read: 100, write: 10 } },
  });
  const state = (more: object) => ({
    status: 'completed',
    input: { a: 1 },
    output: 'done',
    title: '',
    metadata: {},
    time: { start: ms, end: ms + 40 },
    ...more,
  });
  part('prt_2', 'msg_2', { type: 'step-start' });
  part('prt_3', 'msg_2', {
    type: 'tool',
    callID: 'c1',
    tool: 'bash',
    state: state({ metadata: { exit: 2 } }),
  });
  part('prt_4', 'msg_2', {
    type: 'tool',
    callID: 'c2',
    tool: 'invalid',
    state: state({ output: 'no such tool' }),
  });
  part('prt_5', 'msg_2', { type: 'tool', callID: 'c3', tool: 'read', state: state({}) });
  part('prt_6', 'msg_2', {
    type: 'tool',
    callID: 'c4',
    tool: 'edit',
    state: { status: 'running', input: {}, time: { start: ms } },
  });
  part('prt_7', 'msg_2', {
    type: 'step-finish',
    reason: 'tool-calls',
    cost: 0.5,
    tokens: { input: 1, output: 2, reasoning: 3, cache: { read: 100, write: 10 } },
  });
  sqlite.close();
}

describe('opencode', () => {
  it.each(['', ', slug text, cost real, summary_diffs text, time_archived integer'])(
    'reads a database of either version (%j), and again only what changed',
    async (columns) => {
      const [from, into] = [makeTestFolder(), makeTestFolder()];
      const path = join(from, 'anything.sqlite');
      makeOpencodeDatabase(path, columns);
      expect(await importLogs('auto', from, { into })).toMatchObject({ added: 2, problems: [] });
      const dumps = dumpArchives(into);
      expect(dumps.ses_1?.model_calls).toMatchObject([
        {
          input_tokens: 111,
          output_tokens: 5,
          cache_read_input_tokens: 100,
          cache_creation_input_tokens: 10,
          reasoning_output_tokens: 3,
          cost_usd: 0.5,
          provider_name: 'anthropic',
        },
      ]);
      expect(
        dumps.ses_1?.tool_calls.map((row) => [row.tool_name, row.status, row.error_type, row.duration_ms]),
      ).toEqual([
        ['bash', 'error', 'exit_code_2', 40],
        ['invalid', 'error', 'invalid_tool_call', 40],
        ['read', 'ok', null, 40],
        ['edit', 'interrupted', null, null],
      ]);
      expect(dumps.ses_2?.sessions).toMatchObject([{ parent_session_id: 'ses_1', title: 'Look' }]);
      const sqlite = new Database(path);
      sqlite.exec("UPDATE session SET title = 'Fixed', time_updated = time_updated + 1 WHERE id = 'ses_1'");
      sqlite.close();
      expect(await importLogs('opencode', from, { into })).toMatchObject({ changed: 1, unchanged: 1 });
      expect(dumpArchives(into).ses_1?.sessions).toMatchObject([{ title: 'Fixed' }]);
    },
  );

  it('reads the tree of files that came before', async () => {
    const { dumps } = await importFiles('opencode', {
      'storage/session/p/ses_1.json': JSON.stringify({
        id: 'ses_1',
        version: '1.0',
        title: 'Old',
        time: { created: 1767225600000, updated: 1767225601000 },
      }),
      'storage/message/ses_1/msg_1.json': JSON.stringify({
        id: 'msg_1',
        role: 'user',
        time: { created: 1767225600000 },
      }),
      'storage/part/msg_1/prt_1.json': JSON.stringify({ id: 'prt_1', type: 'text', text: 'hello' }),
    });
    expect(dumps.ses_1?.messages).toMatchObject([
      { role: 'user', parts: '[{"type":"text","content":"hello"}]' },
    ]);
  });

  it('reads what `opencode export` writes', async () => {
    const time = { created: 1767225600000 };
    const messages = [
      { info: { id: 'msg_1', role: 'user', time }, parts: [{ type: 'text', text: 'hello' }] },
    ];
    const document = { info: { id: 'ses_1', title: 'Told', time }, messages };
    const { dumps, report } = await importFiles('auto', {
      'session.json': JSON.stringify(document, null, 2),
    });
    expect(report).toMatchObject({ added: 1, problems: [] });
    expect(dumps.ses_1?.sessions).toMatchObject([{ agent_name: 'opencode', title: 'Told' }]);
    expect(dumps.ses_1?.messages).toMatchObject([{ message_id: 'msg_1', role: 'user' }]);
  });

  it('reads a database beside its writer, with what stands in the write-ahead log alone', async () => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    const path = join(from, 'opencode.db');
    makeOpencodeDatabase(path);
    const writer = new Database(path);
    writer.pragma('journal_mode = WAL');
    writer.pragma('wal_autocheckpoint = 0');
    const insert = (id: string) => {
      const data = JSON.stringify({ role: 'user', time: { created: 1_800_000_000_000 } });
      writer.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?)').run(id, 'ses_2', 1, 1, data);
    };
    insert('msg_8');
    await importLogs('opencode', from, { into });
    expect(dumpArchives(into).ses_2?.messages).toHaveLength(1);
    expect(await importLogs('opencode', from, { into })).toMatchObject({ records: 0, unchanged: 2 });
    writer.exec('BEGIN IMMEDIATE');
    insert('msg_9');
    expect(await importLogs('opencode', from, { into })).toMatchObject({ changed: 0, problems: [] });
    writer.exec('COMMIT');
    expect(await importLogs('opencode', from, { into })).toMatchObject({ changed: 1, unchanged: 1 });
    expect(dumpArchives(into).ses_2?.messages).toHaveLength(2);
    writer.close();
  });

  it('reads the rows of its second store', async () => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    const sqlite = new Database(join(from, 'opencode.db'));
    sqlite.exec(`CREATE TABLE session (id text PRIMARY KEY, title text, time_created integer);
      CREATE TABLE session_message (id text PRIMARY KEY, session_id text, type text, time_created integer, data text);
      INSERT INTO session VALUES ('ses_1', 'Fix it', ${Date.UTC(2026)})`);
    const rows = [
      ['user', { text: 'fix it', files: [{ uri: 'file:///a.png', mime: 'image/png' }] }],
      ['model-switched', { model: { id: 'm' } }],
      [
        'assistant',
        {
          model: { id: 'm', providerID: 'x', variant: 'high' },
          cost: 0.5,
          tokens: { input: 1, output: 2, reasoning: 0, cache: { read: 4, write: 0 } },
          content: [
            { type: 'reasoning', text: 'hm' },
            {
              type: 'tool',
              id: 'c1',
              name: 'shell',
              state: { status: 'error', input: { command: 'ls' }, error: { type: 'unknown', message: 'no' } },
              time: { created: Date.UTC(2026), ran: Date.UTC(2026) + 1, completed: Date.UTC(2026) + 4 },
            },
          ],
        },
      ],
      ['shell', { command: 'ls', output: 'x' }],
    ] as const;
    for (const [at, [type, data]] of rows.entries())
      sqlite
        .prepare('INSERT INTO session_message VALUES (?, ?, ?, ?, ?)')
        .run(`msg_${at}`, 'ses_1', type, Date.UTC(2026) + at, JSON.stringify(data));
    sqlite.close();
    await importLogs('auto', from, { into });
    const { ses_1: session } = dumpArchives(into);
    expect(
      session?.messages.map(({ role, parts }) => [
        role,
        JSON.parse(String(parts)).map((it: object) => Object.values(it)[0]),
      ]),
    ).toEqual([
      ['user', ['text', 'uri']],
      ['system', ['model-switched']],
      ['assistant', ['reasoning', 'tool_call']],
      ['user', ['shell']],
    ]);
    expect(session?.model_calls).toMatchObject([{ input_tokens: 5, cost_usd: 0.5, response_model: 'm' }]);
    expect(session?.tool_calls).toMatchObject([
      { tool_name: 'shell', tool_call_id: 'c1', status: 'error', error_message: 'no', duration_ms: 3 },
      { tool_name: 'shell', tool_call_id: null, status: 'ok', result: '"x"' },
    ]);
  });
});
