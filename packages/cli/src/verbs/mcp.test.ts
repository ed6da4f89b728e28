import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { openUnified } from '@varve/aggregator';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { messages, toolCalls } from '@varve/schema';
import { expect, it, onTestFinished } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

async function connect(cwd: string, ...args: string[]) {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--conditions=@varve/source', '--disable-warning=ExperimentalWarning', main, 'mcp', ...args],
    cwd,
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    client,
    call: async (name: string, input: Record<string, unknown> = {}) => {
      const { content, isError } = await client.callTool({ name, arguments: input });
      const [first] = content;
      const text = first?.type === 'text' ? first.text : '';
      return isError ? text : JSON.parse(text);
    },
  };
}

/** A folder of archives of the standard tables, with one session of three steps. */
function makeSession() {
  const dir = mkdtempSync(join(tmpdir(), 'varve-mcp-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const session = createSession(join(dir, 'live'), {
    lineage,
    session: { agentName: 'support', title: 'the lost parcel' },
  });
  session.record(messages, { role: 'user', parts: [{ type: 'text', content: 'Where is my parcel?' }] });
  const call = session.begin(toolCalls, { toolName: 'track', arguments: { text: 'x'.repeat(10_000) } });
  call.end({});
  session.record(messages, { role: 'assistant', parts: [{ type: 'text', content: 'In Hamburg.' }] });
  const { id } = session;
  session.seal(join(dir, 'archives'));
  return { dir, archives: join(dir, 'archives'), id };
}

it('lets a client ask archives of any versions, without a configuration', async () => {
  const { dir, id } = makeSession();
  const { client, call } = await connect(dir, 'archives');
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['schema', 'query', 'ask', 'search', 'show']);
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
  const { tables, questions } = await call('schema');
  expect(tables.join('\n')).toMatch(/^tool_calls\(.*tool_name TEXT/im);
  expect(questions.map(({ name }: { name: string }) => name)).toContain('tools');
  expect(await call('query', { sql: 'SELECT id, agent_name FROM sessions' })).toEqual({
    columns: ['id', 'agent_name'],
    rows: [[id, 'support']],
    cut: null,
  });
  const { columns, rows } = await call('ask', { question: 'tools' });
  expect([columns.slice(0, 3), rows[0].slice(0, 3)]).toEqual([
    ['tool', 'calls', 'failed'],
    ['track', 1, 0],
  ]);
});

it('shows the timeline of a session, page by page, and finds it by its words', async () => {
  const { dir, id } = makeSession();
  const { client, call } = await connect(dir, 'archives');
  const { found } = await call('search', { words: 'hamburg' });
  expect(found).toMatchObject([{ session: { sessionId: id }, snippet: { hit: 'Hamburg' } }]);
  expect(await call('search', { words: 'nowhere' })).toEqual({ found: [], indexed: null });
  const first = await call('show', { session: id, limit: 2 });
  expect(first).toMatchObject({
    session: { id, title: 'the lost parcel' },
    totalSteps: 3,
    steps: [{ kind: 'message' }, { kind: 'tool', label: 'track', state: 'ok' }],
    next: 2,
  });
  const rest = await call('show', { session: found[0].session.key, offset: 2 });
  expect(rest).toMatchObject({ steps: [{ kind: 'message', preview: 'In Hamburg.' }], next: null });
  expect(await call('show', { session: 'none' })).toMatch(/^error\[PAGE_NOT_FOUND\]/);
  const { resources } = await client.listResources();
  expect(resources).toMatchObject([
    { name: 'the lost parcel', description: expect.stringContaining('support') },
  ]);
  const { contents } = await client.readResource({ uri: resources[0]?.uri ?? '' });
  const [content] = contents;
  expect(JSON.parse(content && 'text' in content ? content.text : '')).toMatchObject({ totalSteps: 3 });
});

it('neither writes nor answers without bounds', async () => {
  const { dir } = makeSession();
  const { call } = await connect(dir, 'archives');
  expect(await call('query', { sql: 'DELETE FROM sessions' })).toMatch(/^error\[SQL_REFUSED\]/);
  expect(await call('query', { sql: "ATTACH '/etc/passwd' AS a" })).toMatch(/^error\[SQL_/);
  expect(await call('query', { sql: 'SELECT nothing FROM nowhere' })).toMatch(
    /^error\[SQL_FAILED\].*\nhint: /,
  );
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
  expect(await call('query', { sql: endless, limit: 3 })).toMatchObject({
    rows: [[1], [2], [3]],
    cut: 'rows',
  });
  const { rows } = await call('query', { sql: 'SELECT arguments FROM tool_calls' });
  expect(rows[0][0]).toMatch(/… \(\d+ more characters\)$/);
  const long = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT hex(zeroblob(1500)) FROM n`;
  const cut = await call('query', { sql: long, limit: 1000 });
  expect(cut.cut).toBe('bytes');
  expect(JSON.stringify(cut).length).toBeLessThan(110_000);
  expect(await call('query', { sql: 'SELECT 1', limit: 100_000 })).toMatch(/limit/);
});

it('answers over a unified view, and over the archives of a configuration', async () => {
  const { dir, archives } = makeSession();
  (await openUnified(join(dir, 'view.db'), { lineage, archives, search: true })).close();
  const view = await connect(dir, 'view.db');
  expect(await view.call('query', { sql: 'SELECT count(*) FROM tool_calls' })).toMatchObject({ rows: [[1]] });
  expect(await view.call('search', { words: 'hamburg' })).toMatchObject({
    found: [{ snippet: { hit: 'Hamburg' } }],
  });
  const workplace = makeWorkplace();
  workplace.addArchive('old.db', 1, 'search', 'read');
  workplace.addArchive('new.db', 3, 'read');
  const configured = await connect(workplace.dir, 'archives');
  const sql = 'SELECT tool, count(*) FROM calls GROUP BY 1 ORDER BY 1';
  expect(await configured.call('query', { sql })).toMatchObject({
    rows: [
      ['read', 2],
      ['search', 1],
    ],
  });
});

it('needs archives or a unified view', async () => {
  const { dir } = makeWorkplace();
  expect((await runVarve(dir, 'mcp')).stderr).toMatch(/^error\[USAGE\]: no archives are named/);
});
