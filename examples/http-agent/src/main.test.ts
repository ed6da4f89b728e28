import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { lineage } from '@acme/agent-state';
import { createSession } from '@varve/core';
import { makeTestFolder } from '@varve/testing';
import { expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

it('seals what an earlier run left, then answers over HTTP', async () => {
  const dir = makeTestFolder();
  createSession(join(dir, 'live'), { lineage, session: { agentName: 'support' } }).close();
  const flags = ['--conditions=@varve/source', '--disable-warning=ExperimentalWarning'];
  const server = spawn(process.execPath, [...flags, main], {
    env: { ...process.env, SESSIONS_DIR: dir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('recovered 1 interrupted session(s)');
  const url = String((await lines.next()).value).replace('listening on ', '');
  const response = await fetch(`${url}/ask`, { method: 'POST', body: '{"question":"What about A-18?"}' });
  expect(await response.json()).toMatchObject({ answer: 'Order A-18 is waiting for the blue paint.' });
  expect(readdirSync(join(dir, 'archives'))).toHaveLength(2);
});
