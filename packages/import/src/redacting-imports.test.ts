import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { redactAddresses, redactBy, redactKeys, redactTokens } from '@varve/core';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { jsonLines } from './testing/dump-archives.ts';
import { at, importFiles } from './testing/import-files.ts';

const redact = redactBy(redactKeys, redactTokens, redactAddresses);
const token = 'sk-live-0123456789abcdefghij';
const chat = (n: number) => ({
  id: `chat-${n}`,
  metadata: { title: `call with ${token}` },
  messages: [{ role: 'user', content: `say ${token}` }],
});
const tellsToken = (dir: string) =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(token));

it('keeps no state of what it redacts', async () => {
  const from = makeTestFolder();
  writeFileSync(join(from, 'chats.jsonl'), jsonLines(chat(1)));
  const kept = async (options: object) => {
    const into = makeTestFolder();
    await importLogs('openai-chat', from, { into, ...options });
    return existsSync(join(into, '.varve-imports'));
  };
  expect([await kept({}), await kept({ redact })]).toEqual([true, false]);
});

it('goes on from no state', async () => {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  const log = join(from, 'rollout-a.jsonl');
  const line = (type: string, payload: object, n: number) => ({ timestamp: at(n), type, payload });
  const said = (text: string, n: number) =>
    line('response_item', { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }, n);
  writeFileSync(
    log,
    jsonLines(
      line('session_meta', { id: 'a', timestamp: at(0), cwd: '/w', cli_version: '1' }, 0),
      said(`first ${token}`, 1),
    ),
  );
  await importLogs('codex', from, { into });
  expect(tellsToken(into)).not.toEqual([]);
  appendFileSync(log, jsonLines(said(`then ${token}`, 2)));
  await importLogs('codex', from, { into, redact });
  expect(tellsToken(into).filter((path) => path.endsWith('.db'))).toEqual([]);
});

it('redacts several logs in this process alone, whatever the jobs', async () => {
  const line = (type: string, payload: object, n: number) => ({ timestamp: at(n), type, payload });
  const log = (id: string) =>
    jsonLines(
      line('session_meta', { id, timestamp: at(0), cwd: '/w', cli_version: '1' }, 0),
      line(
        'response_item',
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: `say ${token}` }] },
        1,
      ),
    );
  const { report, into } = await importFiles(
    'codex',
    { 'rollout-a.jsonl': log('a'), 'rollout-b.jsonl': log('b') },
    { redact, jobs: 2 },
  );
  expect(report).toMatchObject({ added: 2, problems: [] });
  expect(tellsToken(into)).toEqual([]);
});

it('redacts what is told later of a call that is written already', async () => {
  const line = (n: number, type: string, payload: object) => ({ timestamp: at(n), type, payload });
  const many = Array.from({ length: 600 }, (_, n) => n);
  const { into, dumps } = await importFiles(
    'codex',
    {
      'rollout-a.jsonl': jsonLines(
        line(0, 'session_meta', { id: 'a', timestamp: at(0), cwd: '/w', cli_version: '1' }),
        ...many.map((n) =>
          line(1, 'response_item', {
            type: 'function_call',
            call_id: `c${n}`,
            name: 'login',
            arguments: '{}',
          }),
        ),
        ...many.map((n) =>
          line(2, 'response_item', {
            type: 'function_call_output',
            call_id: `c${n}`,
            output: `got ${token}`,
          }),
        ),
      ),
    },
    { redact },
  );
  expect(dumps.a?.tool_calls).toHaveLength(600);
  expect(tellsToken(into)).toEqual([]);
});

it('is not asked about what tells archives apart', async () => {
  const asked = new Set<unknown>();
  const varve = { parent_session_id: 'of-it', parent_tool_call_id: 'call' };
  const { dumps } = await importFiles(
    'openai-chat',
    { 'chats.jsonl': jsonLines({ ...chat(1), metadata: { varve } }) },
    {
      redact: ([table, column], value) => {
        asked.add(`${String(table)}.${String(column)}`);
        return value;
      },
    },
  );
  expect(dumps['chat-1']?.sessions).toMatchObject([
    { id: 'chat-1', parent_session_id: 'of-it', parent_tool_call_id: 'call' },
  ]);
  expect([...asked].filter((it) => /^sources\.|\.(id|seq|sessionId|parent\w+)$/.test(String(it)))).toEqual(
    [],
  );
});
