import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { importLogs } from '@varve/import';
import { standardLineage as lineage } from '@varve/migrations';
import { beforeAll, expect, it } from 'vitest';
import { readQuestions } from '../questions.ts';
import { runVarve } from '../testing/run-varve.ts';

const makeTestFolder = () => mkdtempSync(join(tmpdir(), 'varve-test-'));
const [logs, archives] = [makeTestFolder(), makeTestFolder()];
const elsewhere = makeTestFolder();
const view = join(makeTestFolder(), 'view.db');

beforeAll(async () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 20,
    prompt_tokens_details: { cached_tokens: 40 },
    cost: 0.25,
  };
  const call = (id: string, name: string) => ({
    id,
    type: 'function',
    function: { name, arguments: '{"q":1}' },
  });
  const record = {
    id: 'one',
    model: 'gpt-x',
    created_at: '2026-01-01T00:00:00Z',
    messages: [
      { role: 'user', content: 'find it', timestamp: '2026-01-01T00:00:00Z' },
      { role: 'assistant', content: null, usage, tool_calls: [call('a', 'search'), call('b', 'fetch')] },
      { role: 'tool', tool_call_id: 'a', content: 'found' },
      { role: 'assistant', content: 'Here it is.', usage, timestamp: '2026-01-01T00:10:00Z' },
    ],
  };
  writeFileSync(join(logs, 'set.jsonl'), `${JSON.stringify(record)}\n`);
  await importLogs('openai-chat', logs, { into: archives });
  (await openUnified(view, { lineage, archives })).close();
});

const ask = async (...args: string[]) => {
  const { stdout, exitCode, stderr } = await runVarve(elsewhere, 'ask', ...args, '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout);
};

it.each(['archives', 'view'])('answers each question over %s, without a configuration', async (where) => {
  const from = where === 'view' ? view : archives;
  expect(await ask('cost', from)).toEqual([
    {
      project: '',
      agent: 'openai-chat',
      sessions: 1,
      model_calls: 2,
      input_tokens: 200,
      cached_tokens: 80,
      output_tokens: 40,
      usd: 0.5,
    },
  ]);
  expect(await ask('tools', from)).toMatchObject([
    { tool: 'fetch', calls: 1, failed: 0, not_ended: 1 },
    { tool: 'search', calls: 1, failed: 0, failed_share: 0, not_ended: 0 },
  ]);
  expect(await ask('sessions', from)).toMatchObject([
    { session: 'one', minutes: 10, messages: 4, tool_calls: 2, status: 'interrupted' },
  ]);
  expect(await ask('models', from)).toMatchObject([
    { model: 'gpt-x', calls: 2, cached_share: 0.4, usd: 0.5 },
  ]);
});

it('explains each question, and prints its SQL', async () => {
  for (const { name, description, sql } of readQuestions()) {
    expect(description, name).toMatch(/^[A-Z].*\.$/);
    expect(await ask(name, '--show')).toEqual({ name, description, sql });
  }
});

it('names the questions that there are', async () => {
  const { exitCode, stderr } = await runVarve(elsewhere, 'ask', 'weather', archives);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('cost, models, sessions, tools');
});
