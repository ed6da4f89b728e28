import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lineage, tickets } from '@acme/agent-state';
import { openArchive } from '@varve/core';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { createApp } from './create-app.ts';

function makeApp() {
  const dir = makeTestFolder();
  const folders = { live: join(dir, 'live'), archives: join(dir, 'archives') };
  const app = createApp(folders);
  const ask = (body: string) => app.request('/ask', { method: 'POST', body });
  return { app, folders, ask };
}

it('answers a question and leaves its session as an archive', async () => {
  const { app, folders, ask } = makeApp();
  const response = await ask('{"question":"Where are A-17 and X-99?"}');
  const { session, answer } = (await response.json()) as { session: string; answer: string };
  expect(answer).toBe('Order A-17 is sent on Monday. I know no order X-99.');
  expect(readdirSync(folders.archives)).toEqual([`${session}.db`]);
  expect(readdirSync(folders.live)).toEqual([]);

  using archive = openArchive(join(folders.archives, `${session}.db`), { lineage });
  expect(archive.db.select().from(tickets).all()).toMatchObject([
    { topic: 'order', priority: 3, orderNumbers: ['A-17', 'X-99'] },
  ]);
  const read = await app.request(`/sessions/${session}`);
  expect(await read.json()).toMatchObject({
    status: 'completed',
    toolCalls: [
      { toolName: 'find_order', status: 'ok', result: { number: 'A-17' } },
      { toolName: 'find_order', status: 'error', errorMessage: 'there is no order X-99' },
    ],
  });
});

it('gives each of many requests at once a file of its own', async () => {
  const { folders, ask } = makeApp();
  const responses = await Promise.all(Array.from({ length: 20 }, () => ask('{"question":"refund A-18"}')));
  expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(readdirSync(folders.archives)).toHaveLength(20);
});

it('records nothing of a request that asks nothing', async () => {
  const { app, folders, ask } = makeApp();
  for (const body of ['', 'null', '{"question":""}']) expect((await ask(body)).status).toBe(400);
  expect((await app.request('/sessions/..%2Fsecret')).status).toBe(404);
  expect((await app.request('/sessions/019b0000-0000-7000-8000-000000000000')).status).toBe(404);
  expect(() => readdirSync(folders.archives)).toThrow('ENOENT');
});
