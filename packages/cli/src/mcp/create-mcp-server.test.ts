import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { Reader } from '@varve/page/internal';
import { messages } from '@varve/schema';
import { expect, it, onTestFinished } from 'vitest';
import { createMcpServer } from './index.ts';

async function connect(archives: string, timeLimitMs?: number) {
  const reader = new Reader([archives], lineage);
  const server = createMcpServer(reader, timeLimitMs);
  const client = new Client({ name: 'test', version: '1' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  onTestFinished(async () => {
    await client.close();
    reader.close();
  });
  const call = async (name: string, input: Record<string, unknown>) => {
    const { content } = await client.callTool({ name, arguments: input });
    const [first] = content;
    return first?.type === 'text' ? first.text : '';
  };
  return { client, call };
}

/** Sessions whose every text is longer than an answer may be. */
function makeGiants(count: number): string {
  const dir = mkdtempSync(join(tmpdir(), 'varve-mcp-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const giant = 'hamburg '.repeat(20_000);
  for (let at = 0; at < count; at++) {
    const metadata = Object.fromEntries(['a', 'b', 'c'].map((key) => [key, giant]));
    const session = createSession(join(dir, 'live'), {
      lineage,
      session: { agentName: giant, title: giant, metadata },
    });
    for (let step = 0; step < 3; step++)
      session.record(messages, { role: 'user', parts: [{ type: 'text', content: giant }] });
    session.seal(join(dir, 'archives'));
  }
  return join(dir, 'archives');
}

it('ends a query whose time is over, and answers the next', async () => {
  const { call } = await connect(makeGiants(1), 1_000);
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
  expect(await call('query', { sql: endless })).toMatch(
    /^error\[INTERRUPTED\]: .*took more than 1 seconds\nhint: /,
  );
  expect(await call('schema', {})).toContain('sessions(');
});

it('keeps answers to what a model can take in, however long texts, names and sessions are', async () => {
  const { client, call } = await connect(makeGiants(3));
  const { resources } = await client.listResources();
  expect(resources).toHaveLength(3);
  const [{ uri } = { uri: '' }] = resources;
  const { contents } = await client.readResource({ uri });
  const wide = `SELECT ${Array.from({ length: 200 }, (_, at) => `hex(zeroblob(2000)) AS c${at}`).join(', ')}`;
  const answers = [
    JSON.stringify(resources),
    JSON.stringify(contents),
    await call('search', { words: 'hamburg' }),
    await call('show', { session: decodeURIComponent(uri.replace('varve://session/', '')) }),
    await call('query', { sql: 'SELECT * FROM sessions' }),
    await call('query', { sql: wide }),
  ];
  for (const answer of answers) {
    expect(answer.length).toBeGreaterThan(300);
    expect(answer.length).toBeLessThan(250_000);
  }
  expect(answers[2]).toMatch(/hamburg.*more characters/s);
});

it.each(['varve://session/%zz', 'varve://session/nobody', 'varve://session/', 'varve://other/x', 'no uri'])(
  'says of the resource %s that the request is wrong, not the server',
  async (uri) => {
    const { client } = await connect(makeGiants(1));
    await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
  },
);

it('hints at its tools, never at verbs of the command line', async () => {
  const { call } = await connect(makeGiants(1), 1_000);
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
  const answers = [
    await call('ask', { question: 'nobody knows' }),
    await call('query', { sql: 'SELECT * FROM nowhere' }),
    await call('query', { sql: 'DELETE FROM sessions' }),
    await call('query', { sql: endless }),
    await call('show', { session: 'nobody' }),
  ];
  for (const answer of answers) {
    expect(answer).toMatch(/^error\[[A-Z_]+\]: .*\nhint: .*(query|schema|LIMIT)/);
    expect(answer).not.toMatch(/varve \w|--\w/);
  }
});
