import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openArchive } from '@varve/core';
import { standardLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { runVarve } from '../testing/run-varve.ts';

function makeLogs() {
  const [logs, into] = [makeTestFolder(), join(makeTestFolder(), 'sessions')];
  const messages = [
    { from: 'human', value: 'hello' },
    { from: 'gpt', value: 'hi' },
  ];
  writeFileSync(
    join(logs, 'set.jsonl'),
    `${JSON.stringify({ key: { id: 'a' }, talk: messages })}\nnot json\n`,
  );
  return { logs, into };
}

const fields = ['--fields', 'messages=talk,id=key.id'];

const makeTestFolder = () => mkdtempSync(join(tmpdir(), 'varve-test-'));
const elsewhere = makeTestFolder();

it('imports, says what it did and what it skipped, and again does nothing', async () => {
  const { logs, into } = makeLogs();
  const dry = await runVarve(
    elsewhere,
    'import',
    'openai-chat',
    logs,
    '--into',
    into,
    ...fields,
    '--dry-run',
  );
  expect(dry.stdout).toContain('added a: ');
  const first = await runVarve(elsewhere, 'import', 'openai-chat', logs, '--into', into, ...fields);
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout).toContain('sessions 1 added; 2 records of 1 log,');
  expect(first.stdout).toContain('skipped: 1 record, not JSON');
  expect(readdirSync(into)).toContain('a.db');
  const again = await runVarve(elsewhere, 'import', 'openai-chat', logs, '--into', into, ...fields, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ added: 0, changed: 0, unchanged: 1, sessions: [] });
});

it.each([
  ['all', ['[redacted]', '[redacted]']],
  ['tokens', ['[redacted]', 'ann@example.com']],
  ['keys,addresses', ['sk-live-0123456789abcdefghij', '[redacted]']],
])('leaves out what the rules say: --redact %s', async (rules, contents) => {
  const [logs, into] = [makeTestFolder(), join(makeTestFolder(), 'archives')];
  const messages = ['sk-live-0123456789abcdefghij', 'ann@example.com'].map((content) => ({
    role: 'user',
    content,
  }));
  writeFileSync(
    join(logs, 'set.jsonl'),
    `${JSON.stringify({ id: 'a', messages, metadata: { password: 'hunter22' } })}\n`,
  );
  const done = await runVarve(elsewhere, 'import', 'openai-chat', logs, '--into', into, '--redact', rules);
  expect(done).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readFileSync(join(into, 'a.db')).includes('hunter22')).toBe(rules === 'tokens');
  using archive = openArchive(join(into, 'a.db'), { lineage: standardLineage });
  const rows = archive.db.select().from(standardLineage.tables.messages).all();
  expect(rows.map(({ parts: [part] }) => part?.content)).toEqual(contents);
});

it('exits with 1 for a log that it cannot read, and with 2 for a call that it cannot understand', async () => {
  const { logs, into } = makeLogs();
  const foreign = await runVarve(elsewhere, 'import', 'codex', join(logs, 'set.jsonl'), '--into', into);
  expect(foreign.exitCode).toBe(1);
  expect(foreign.stderr).toContain('error[LOG_UNRECOGNISED]');
  for (const args of [
    ['cobol', logs],
    ['codex', logs, '--since', 'monday'],
    ['openai-chat', logs, '--fields', 'x=y'],
    ['openai-chat', logs, '--redact', 'keys,constructor'],
  ]) {
    const { exitCode, stderr } = await runVarve(elsewhere, 'import', ...args, '--into', into);
    expect({ args, exitCode, isUsage: stderr.startsWith('error[USAGE]') }).toEqual({
      args,
      exitCode: 2,
      isUsage: true,
    });
  }
});

it('counts the files of a tree that are torn, and asks for a folder where --into names a file', async () => {
  const [storage, into] = [join(makeTestFolder(), 'storage'), join(makeTestFolder(), 'sessions')];
  const files = {
    'session/p/ses_1.json': { id: 'ses_1', time: { created: 1_767_225_600_000 } },
    'message/ses_1/msg_1.json': { id: 'msg_1', role: 'user' },
    'message/ses_1/msg_2.json': [],
    'part/msg_1/prt_1.json': '{"id":"prt_1","ty',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(storage, name)), { recursive: true });
    writeFileSync(join(storage, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const { exitCode, stdout } = await runVarve(elsewhere, 'import', 'opencode', storage, '--into', into);
  expect({ exitCode, skipped: stdout.split('\n').slice(1) }).toEqual({
    exitCode: 0,
    skipped: ['skipped: 1 record, not a record', 'skipped: 1 record, torn', ''],
  });
  const file = join(storage, 'part/msg_1/prt_1.json');
  const refused = await runVarve(elsewhere, 'import', 'opencode', storage, '--into', file);
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('hint: name a folder') });
});
