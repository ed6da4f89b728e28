import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { VarveError } from '@varve/schema';
import { describe, expect, it } from 'vitest';
import type { Message, RowDetail, SessionDetail } from '../api/session-detail.ts';
import type { PageInfo, SessionPage } from '../api/session-list.ts';
import { lineage, makeArchives } from '../testing/make-archives.ts';
import { serveTestPage } from '../testing/serve-test-page.ts';
import { servePage } from './serve-page.ts';

const { toolCalls, messages, modelCalls, intermediateResults } = lineage.tables;

function makeTwo() {
  const archives = makeArchives();
  archives.add({ agentName: 'support', requestModel: 'm-1', title: 'refund 17' }, (session) => {
    session.record(messages, { role: 'user', parts: [{ type: 'text', content: 'Where is my zebra?' }] });
    const modelCallSeq = session.record(modelCalls, {
      status: 'ok',
      inputTokens: 100,
      outputTokens: 20,
      costUsd: 0.25,
    });
    session.record(toolCalls, { toolName: 'find', arguments: { order: 17 }, status: 'ok', modelCallSeq });
    session.record(toolCalls, {
      toolName: 'pay',
      status: 'error',
      errorType: 'Timeout',
      errorMessage: 'no answer',
    });
  });
  archives.add({ agentName: 'clerk' });
  return archives;
}

describe('who may ask', () => {
  it('lets in who has the token, by the address or by the cookie it sets', async () => {
    const { port, token, ask } = await serveTestPage(makeTwo().archiveDir, { lineage });
    const first = await ask(`/?token=${token}`, { headers: { cookie: '' } });
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']).toEqual([
      `varve_${port}=${token}; Path=/; HttpOnly; SameSite=Strict`,
    ]);
    expect((await ask('/api/info')).status).toBe(200);
  });

  it.each(['', 'wrong', 'A'.repeat(32)])('refuses the token %j with PAGE_REFUSED', async (wrong) => {
    const { port, ask } = await serveTestPage(makeTwo().archiveDir, { lineage });
    for (const path of ['/', '/api/sessions', '/index.js', `/?token=${wrong}`]) {
      const { status, text } = await ask(path, { headers: { cookie: `varve_${port}=${wrong}` } });
      expect([path, status, text]).toEqual([path, 403, expect.stringContaining('PAGE_REFUSED')]);
    }
  });

  it('refuses a foreign Host, as a name has that was pointed at this machine', async () => {
    const { port, ask } = await serveTestPage(makeTwo().archiveDir, { lineage });
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1.evil.example:${port}`,
    ]) {
      expect([host, (await ask('/api/info', { headers: { host } })).status]).toEqual([host, 403]);
    }
    expect((await ask('/api/info', { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it('refuses a foreign Origin, and a request that another site had a browser send', async () => {
    const { port, ask } = await serveTestPage(makeTwo().archiveDir, { lineage });
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) expect((await ask('/api/info', { headers })).status).toBe(403);
    expect((await ask('/api/info', { headers: { origin: `http://127.0.0.1:${port}` } })).status).toBe(200);
  });

  it('has no route that writes', async () => {
    const { ask } = await serveTestPage(makeTwo().archiveDir, { lineage });
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect((await ask('/api/sessions', { method })).status).toBe(403);
    }
  });

  it('sends a strict content security policy with everything', async () => {
    const { ask } = await serveTestPage(makeTwo().archiveDir, { lineage });
    for (const path of ['/', '/api/info', '/index.js', '/session/none', '/api/none']) {
      const policy = String((await ask(path)).headers['content-security-policy']);
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(policy).not.toMatch(/unsafe|\*/);
    }
  });

  it('listens on this machine alone', async () => {
    const page = await servePage(makeTwo().archiveDir, { lineage });
    expect(new URL(page.url).hostname).toBe('127.0.0.1');
    await page.close();
  });

  it('says USAGE of a port that is taken', async () => {
    const { port } = await serveTestPage(makeTwo().archiveDir, { lineage });
    const again = servePage(makeTwo().archiveDir, { lineage, port });
    await expect(again).rejects.toMatchObject({ code: 'USAGE' });
    await expect(again).rejects.toBeInstanceOf(VarveError);
  });
});

describe('the table of sessions', () => {
  it('tells what each session was, and counts its steps, failures, tokens and dollars', async () => {
    const { json, settle } = await serveTestPage(makeTwo().archiveDir, { lineage });
    await settle();
    const { total, rows } = await json<SessionPage>('/api/sessions?sort=agent');
    expect(total).toBe(2);
    expect(rows[1]).toMatchObject({
      agentName: 'support',
      model: 'm-1',
      title: 'refund 17',
      status: 'completed',
      ...{
        steps: 4,
        failures: 1,
        tokens: 120,
        costUsd: 0.25,
        version: lineage.migrations.length,
        isRead: true,
      },
    });
    expect(rows[0]).toMatchObject({ agentName: 'clerk', steps: 0, failures: 0, tokens: null });
  });

  it('is narrowed, sorted and cut into pages', async () => {
    const archives = makeArchives();
    for (let at = 0; at < 7; at++) archives.add({ agentName: at % 2 ? 'odd' : 'even', title: `t${at}` });
    const { json, settle } = await serveTestPage(archives.archiveDir, { lineage });
    await settle();
    const titles = async (query: string) =>
      (await json<SessionPage>(`/api/sessions?${query}`)).rows.map((it) => it.title);
    expect(await titles('sort=-title&agent=odd')).toEqual(['t5', 't3', 't1']);
    expect(await titles('sort=title&offset=2&limit=2')).toEqual(['t2', 't3']);
    expect(await titles('sort=title&status=failed')).toEqual([]);
    expect(await titles('sort=title&q=t4')).toEqual(['t4']);
  });

  it('names a file that cannot be read with its code, beside the others', async () => {
    const archives = makeTwo();
    writeFileSync(join(archives.archiveDir, 'bad.db'), 'SQLite format 3\0 and no more');
    const { json, settle } = await serveTestPage(archives.archiveDir, { lineage });
    await settle();
    const { rows } = await json<SessionPage>('/api/sessions?failed=1&sort=agent');
    expect(rows.map(({ code }) => code)).toEqual([null]);
    expect((await json<SessionPage>('/api/sessions')).total).toBe(2);
  });

  it('finds words in what was said and done, and quotes where they stand', async () => {
    const { json } = await serveTestPage(makeTwo().archiveDir, { lineage });
    await json('/api/sessions?q=zebra');
    await expect
      .poll(async () =>
        (await json<SessionPage>('/api/sessions?q=zebra')).rows.map(({ snippet }) =>
          Object.values(snippet ?? {}).join('|'),
        ),
      )
      .toEqual([expect.stringContaining('Where is my |zebra|?')]);
    expect((await json<SessionPage>('/api/sessions?q=%22my+zebra%22')).total).toBe(1);
    expect((await json<SessionPage>('/api/sessions?q=giraffe')).total).toBe(0);
  });

  it('is the same over a unified view, whose own index is searched', async () => {
    const archives = makeTwo();
    const file = join(archives.dir, 'view.db');
    (await openUnified(file, { lineage, archives: archives.archiveDir, search: true })).close();
    const { json, settle } = await serveTestPage(file, {});
    await settle();
    expect(await json<PageInfo>('/api/info')).toMatchObject({ source: 'view', lineage: null });
    const { rows } = await json<SessionPage>('/api/sessions?sort=-agent');
    expect(rows.map(({ steps, failures, tokens }) => ({ steps, failures, tokens }))).toEqual([
      { steps: 4, failures: 1, tokens: 120 },
      { steps: 0, failures: 0, tokens: null },
    ]);
    const found = await json<SessionPage>('/api/sessions?q=zebra');
    expect(found.rows.map(({ agentName, snippet }) => [agentName, snippet?.hit])).toEqual([
      ['support', 'zebra'],
    ]);
    const detail = await json<SessionDetail>(`/api/session/${rows[0]?.key}`);
    expect(detail.steps.map(({ kind }) => kind)).toEqual(['message', 'model', 'tool', 'tool']);
  });
});

describe('one session', () => {
  async function openSupport(archives = makeTwo()) {
    const page = await serveTestPage(archives.archiveDir, { lineage });
    await page.settle();
    const { rows } = await page.json<SessionPage>('/api/sessions?agent=support');
    return { ...page, path: `/api/session/${rows[0]?.key}` };
  }

  it('has its steps in their order, each with its state and what it belongs to', async () => {
    const { json, path } = await openSupport();
    const { steps, session, hasMessages, origin } = await json<SessionDetail>(path);
    expect(steps).toMatchObject([
      { id: 'messages:1', kind: 'message', label: 'user', preview: 'Where is my zebra?', parent: null },
      { id: 'model_calls:2', kind: 'model', state: 'ok', tokens: 120 },
      {
        id: 'tool_calls:3',
        kind: 'tool',
        label: 'find',
        state: 'ok',
        parent: 'model_calls:2',
        preview: '{"order":17}',
      },
      { id: 'tool_calls:4', kind: 'tool', label: 'pay', state: 'failed', error: 'Timeout: no answer' },
    ]);
    expect(session).toMatchObject({ title: 'refund 17' });
    expect(hasMessages).toBe(true);
    expect(origin).toMatchObject({ strategy: 'identity', pending: [] });
  });

  it('gives a row whole, its messages in pages, and any table', async () => {
    const { json, path } = await openSupport();
    const row = await json<RowDetail>(`${path}/row?id=tool_calls:3`);
    expect(row).toMatchObject({
      table: 'tool_calls',
      values: { tool_name: 'find', arguments: '{"order":17}' },
    });
    const said = await json<Message[]>(`${path}/messages`);
    expect(said.map(({ role, parts }) => [role, JSON.parse(parts)])).toEqual([
      ['user', [{ type: 'text', content: 'Where is my zebra?' }]],
    ]);
    expect(await json(`${path}/table?name=sessions`)).toMatchObject({ total: 1 });
  });

  it('answers PAGE_NOT_FOUND for a session, a row and an address that are not there', async () => {
    const { ask, path } = await openSupport();
    for (const missing of [
      '/api/session/none',
      `${path}/row?id=tool_calls:99`,
      `${path}/row?id=x`,
      '/api/none',
      '/none.js',
    ]) {
      const { status, text } = await ask(missing);
      expect([missing, status, text]).toEqual([missing, 404, expect.stringContaining('PAGE_NOT_FOUND')]);
    }
  });

  it('hands out bytes as an image only when they are one, never as something a browser runs', async () => {
    const archives = makeArchives();
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    archives.add({ agentName: 'support' }, (session) => {
      session.record(intermediateResults, { kind: 'image', name: 'shot', blob: png });
      session.record(intermediateResults, {
        kind: 'page',
        name: 'x',
        blob: Buffer.from('<script>alert(1)</script>'),
      });
    });
    const { ask, path } = await openSupport(archives);
    const image = await ask(`${path}/bytes?id=intermediate_results:1&column=blob`);
    expect(image.headers).toMatchObject({ 'content-type': 'image/png', 'content-disposition': 'inline' });
    const other = await ask(`${path}/bytes?id=intermediate_results:2&column=blob`);
    expect(other.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="blob.bin"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  it('leaves every file as it was, and nothing beside it', async () => {
    const archives = makeTwo();
    const read = () =>
      readdirSync(archives.archiveDir).map((name) => [
        name,
        readFileSync(join(archives.archiveDir, name), 'hex'),
      ]);
    const before = read();
    const { json, path } = await openSupport(archives);
    for (const rest of ['', '/row?id=tool_calls:3', '/lens?id=tool_calls:3', '/messages'])
      await json(path + rest);
    await json('/api/sessions?q=zebra');
    expect(read()).toEqual(before);
  });
});
