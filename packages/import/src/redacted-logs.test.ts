import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { redactAddresses, redactBy, redactKeys, redactTokens } from '@varve/core';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { dumpArchives, jsonLines } from './testing/dump-archives.ts';

const redact = redactBy(redactKeys, redactTokens, redactAddresses);
const secrets = ['sk-live-0123456789abcdefghij', 'hunter22', 'ann@example.com', 'ghp_0123456789abcdefghij'];
const [token = '', password = '', address = '', other = ''] = secrets;

/** Of any file below a folder. */
function secretsIn(dir: string): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
  return secrets.filter((secret) => files.some((path) => readFileSync(path).includes(secret)));
}

function chat(n: number) {
  const called = { name: 'login', arguments: JSON.stringify({ password, note: `for ${address}` }) };
  return {
    id: `chat-${n}`,
    metadata: { title: `call with ${token}`, password },
    messages: [
      { role: 'system', content: `key ${token}` },
      { role: 'user', content: `I am ${address}` },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: called }] },
      { role: 'tool', tool_call_id: 'c1', content: `{"token":"${other}","ok":true}` },
      { role: 'assistant', content: `done with ${token} in Zürich` },
    ],
  };
}

it('keeps what is redacted from every file of an import, also when it goes on', async () => {
  const [from, into] = [makeTestFolder(), join(makeTestFolder(), 'archives')];
  const log = join(from, 'chats.jsonl');
  writeFileSync(log, jsonLines(chat(1)));
  expect(await importLogs('openai-chat', from, { into, redact })).toMatchObject({ added: 1, problems: [] });
  expect(secretsIn(into)).toEqual([]);
  appendFileSync(log, jsonLines(chat(2)));
  const again = await importLogs('openai-chat', from, { into, redact, jobs: 4 });
  expect(again).toMatchObject({ added: 1, unchanged: 1, problems: [] });
  expect(secretsIn(into)).toEqual([]);
  expect(Object.keys(dumpArchives(into))).toEqual(['chat-1', 'chat-2']);
  const text = JSON.stringify(dumpArchives(into)['chat-1']);
  expect(text).toContain('[redacted]');
  expect(text).toContain('done with [redacted] in Zürich');
});

it('asks by table, column and the path inside JSON, and leaves what tells archives apart', async () => {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  writeFileSync(join(from, 'chats.jsonl'), jsonLines(chat(1)));
  const paths = new Set<string>();
  await importLogs('openai-chat', from, {
    into,
    redact: (path, value) => {
      paths.add(path.map((it) => (typeof it === 'number' ? '*' : it)).join('.'));
      return value === 'chat-1' ? 'gone' : value;
    },
  });
  expect([...paths]).toEqual(
    expect.arrayContaining([
      'messages.parts.*.content',
      'tool_calls.arguments.password',
      'sessions.agentName',
    ]),
  );
  expect(Object.keys(dumpArchives(into))).toEqual(['chat-1']);
});

it('stores the same where nothing is redacted', async () => {
  const [from, plain, asked] = [makeTestFolder(), makeTestFolder(), makeTestFolder()];
  writeFileSync(join(from, 'chats.jsonl'), jsonLines(chat(1), chat(2)));
  await importLogs('openai-chat', from, { into: plain });
  await importLogs('openai-chat', from, { into: asked, redact: (_path, value) => value });
  expect(dumpArchives(asked)).toEqual(dumpArchives(plain));
  expect(secretsIn(plain)).toEqual(secrets);
});
