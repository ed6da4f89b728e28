import { globSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { type SessionKey, type SessionStoreEntry, VarveSessionStore } from './index.ts';
import { type Block, type MessagesRequest, serveMessages } from './testing/scripted-messages-api.ts';

/** A folder that the SDK is installed in: its licence keeps it out of what is installed here. */
const installed = process.env.VARVE_CLAUDE_AGENT_SDK;

interface Sdk {
  query(call: { prompt: string; options: object }): AsyncIterable<Record<string, unknown>>;
}

async function load(): Promise<Sdk> {
  const require = createRequire(join(installed ?? '', 'package.json'));
  return import(pathToFileURL(require.resolve('@anthropic-ai/claude-agent-sdk')).href);
}

const use = (id: string, name: string, input: object): Block => ({ type: 'tool_use', id, name, input });
const say = (text: string): Block => ({ type: 'text', text });

/** Reads a file, starts a sub-agent that reads it too, tries to write one, and says so. */
function script(cwd: string) {
  const path = join(cwd, 'a.txt');
  return ({ messages, tools = [] }: MessagesRequest): Block[] => {
    if (tools.length === 0) return [say('{"title":"Reading"}')];
    const text = JSON.stringify(messages);
    const isDone = (id: string) => text.includes(`"tool_use_id":"${id}"`);
    if (text.includes('what did it say')) return [say('It said alpha.')];
    if (text.includes('SUBTASK') && !isDone('read')) {
      return isDone('sub-read') ? [say('alpha, again')] : [use('sub-read', 'Read', { file_path: path })];
    }
    if (!isDone('read')) return [say('Reading.'), use('read', 'Read', { file_path: path })];
    const prompt = 'SUBTASK: read it too';
    if (!isDone('agent'))
      return [use('agent', 'Agent', { description: 'look', prompt, subagent_type: 'Explore' })];
    if (!isDone('write')) return [use('write', 'Write', { file_path: join(cwd, 'b.txt'), content: 'x' })];
    return [say('Done.')];
  };
}

it('keeps what the real SDK tells, and the SDK goes on from it', async (context) => {
  if (!installed) context.skip('VARVE_CLAUDE_AGENT_SDK names no folder that the SDK is installed in');
  const sdk = await load();
  const [dir, home, cwd] = [makeTestFolder(), makeTestFolder(), realpathSync(makeTestFolder())];
  writeFileSync(join(cwd, 'a.txt'), 'alpha\n');
  const store = new VarveSessionStore({ dir });
  const appended = new Map<string, SessionStoreEntry[]>();
  const sessionStore = {
    load: (key: SessionKey) => store.load(key),
    listSubkeys: (key: SessionKey) => store.listSubkeys(key),
    append: (key: SessionKey, entries: SessionStoreEntry[]) => {
      appended.set(JSON.stringify(key), [...(appended.get(JSON.stringify(key)) ?? []), ...entries]);
      return store.append(key, entries);
    },
  };
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    ANTHROPIC_BASE_URL: await serveMessages(script(cwd)),
    ANTHROPIC_API_KEY: 'sk-test',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
  };
  const canUseTool = async (name: string, updatedInput: object) =>
    name === 'Write' ? { behavior: 'deny', message: 'not that' } : { behavior: 'allow', updatedInput };
  const ask = async (prompt: string, resume?: unknown) => {
    const options = { cwd, env, sessionStore, hooks: store.hooks(), settingSources: [], canUseTool, resume };
    let result: Record<string, unknown> = {};
    for await (const message of sdk.query({ prompt, options }))
      if (message.type === 'result') result = message;
    return result;
  };
  const first = await ask('Please read the file.');
  expect(await ask('what did it say', first.session_id)).toMatchObject({ result: 'It said alpha.' });
  for (const [key, entries] of appended) expect(await store.load(JSON.parse(key))).toEqual(entries);
  store.sealAll();
  const archives = globSync('archives/*/*.db', { cwd: dir }).map((name) => readAll(join(dir, name)));
  const parent = archives.find(({ session }) => session?.parentSessionId === null);
  expect(parent?.toolCalls).toMatchObject([
    { toolCallId: 'read', status: 'ok', durationMs: expect.any(Number) },
    { toolCallId: 'agent', status: 'ok' },
    { toolCallId: 'write', status: 'denied', errorMessage: 'not that' },
  ]);
  expect(parent?.modelCalls[0]).toMatchObject({ status: 'ok', inputTokens: 19, outputTokens: 7 });
  const [agent] = archives.filter((it) => it !== parent);
  expect(agent?.session).toMatchObject({ parentSessionId: parent?.session?.id, parentToolCallId: 'agent' });
  expect(agent?.toolCalls).toMatchObject([{ toolCallId: 'sub-read', status: 'ok' }]);
});

function readAll(path: string) {
  using archive = openArchive(path, { lineage });
  const { sessions, modelCalls, toolCalls } = lineage.tables;
  return {
    session: archive.db.select().from(sessions).get(),
    modelCalls: archive.db.select().from(modelCalls).all(),
    toolCalls: archive.db.select().from(toolCalls).all(),
  };
}
