import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { type Dump, dumpArchives } from '../testing/dump-archives.ts';
import { exportSessions, trajectoryFormats } from './export-sessions.ts';

const call = (id: string, given: string) => ({
  id,
  type: 'function',
  function: { name: 'search', arguments: given },
});
const usage = {
  prompt_tokens: 100,
  completion_tokens: 20,
  prompt_tokens_details: { cached_tokens: 40 },
  cost: 0.25,
};
const record = {
  session_id: 'one',
  agent: 'helper',
  model: 'gpt-x',
  created_at: '2026-01-01T00:00:00.000Z',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'find it' },
    {
      role: 'assistant',
      content: 'Looking.',
      reasoning_content: 'where?',
      usage,
      tool_calls: [call('a', '{"q":1}'), call('a', '"line"')],
    },
    { role: 'tool', tool_call_id: 'a', content: '{"found":1}' },
    { role: 'tool', tool_call_id: 'a', content: 'more' },
    { role: 'assistant', content: 'Here it is.', usage },
  ],
};

async function makeArchives() {
  const [logs, archives] = [makeTestFolder(), makeTestFolder()];
  writeFileSync(join(logs, 'set.jsonl'), `${JSON.stringify(record)}\n`);
  await importLogs('openai-chat', logs, { into: archives });
  return archives;
}

/** What survives whichever way a session takes. */
function gist({ messages, tool_calls: calls, model_calls: models }: Dump) {
  const said = messages
    .filter(({ role }) => role !== 'tool')
    .map(({ role, parts }) => {
      const texts = JSON.parse(String(parts)).filter(
        ({ type }: { type: string }) => type === 'text' || type === 'reasoning',
      );
      return [role, texts.map(({ content }: { content: string }) => content)];
    });
  return { said, calls: calls.map((row) => [row.tool_name, row.result, row.status]), models: models.length };
}

it.each(trajectoryFormats)('writes %s that, imported, says the same', async (format) => {
  const archives = await makeArchives();
  const [out, back] = [makeTestFolder(), makeTestFolder()];
  const report = exportSessions([join(archives, 'one.db')], { format, into: out });
  expect(report).toMatchObject({ sessions: 1, problems: [] });
  expect(readdirSync(out)).toHaveLength(1);
  await importLogs(format, out, { into: back });
  const [before, after] = [dumpArchives(archives).one, dumpArchives(back).one];
  expect(after && gist(after)).toEqual(before && gist(before));
  if (format === 'openai-chat') return;
  const used = (dump: Dump | undefined) =>
    dump?.model_calls.map((row) => [
      row.input_tokens,
      row.output_tokens,
      row.cache_read_input_tokens,
      row.cost_usd,
    ]);
  expect(used(after)).toEqual(used(before));
});

it('writes valid trajectories: steps in order, results of the calls of their step, arguments that are objects', async () => {
  const archives = await makeArchives();
  const out = makeTestFolder();
  const { files } = exportSessions([join(archives, 'one.db')], { format: 'atif', into: out });
  const trajectory = JSON.parse(readFileSync(files[0] ?? '', 'utf8'));
  expect(
    trajectory.steps.map(({ step_id, source }: { step_id: number; source: string }) => [step_id, source]),
  ).toEqual([
    [1, 'system'],
    [2, 'user'],
    [3, 'agent'],
    [4, 'agent'],
  ]);
  const { tool_calls: calls, observation } = trajectory.steps[2];
  expect(calls.map(({ tool_call_id }: { tool_call_id: string }) => tool_call_id)).toEqual(
    observation.results.map(({ source_call_id }: { source_call_id: string }) => source_call_id),
  );
  expect(new Set(calls.map(({ tool_call_id }: { tool_call_id: string }) => tool_call_id)).size).toBe(2);
  expect(calls.map(({ arguments: given }: { arguments: unknown }) => given)).toEqual([
    { q: 1 },
    { input: 'line' },
  ]);
  expect(trajectory.final_metrics).toEqual({
    total_prompt_tokens: 200,
    total_completion_tokens: 40,
    total_cached_tokens: 80,
    total_cost_usd: 0.5,
    total_steps: 4,
  });
});

it("writes the same spans each time, under the session's trace", async () => {
  const archives = await makeArchives();
  const texts = [1, 2].map(() =>
    readFileSync(
      exportSessions([join(archives, 'one.db')], { format: 'otlp', into: makeTestFolder() }).files[0] ?? '',
      'utf8',
    ),
  );
  expect(texts[0]).toBe(texts[1]);
  const { spans } = JSON.parse(texts[0] ?? '').resourceSpans[0].scopeSpans[0];
  expect(new Set(spans.map(({ traceId }: { traceId: string }) => traceId)).size).toBe(1);
  expect(new Set(spans.map(({ spanId }: { spanId: string }) => spanId)).size).toBe(spans.length);
  expect(spans.map(({ name }: { name: string }) => name)).toEqual([
    'chat gpt-x',
    'chat gpt-x',
    'execute_tool search',
    'execute_tool search',
    'invoke_agent helper',
  ]);
});

it('leaves out and names what is no archive of the standard tables', async () => {
  const archives = await makeArchives();
  const foreign = join(archives, 'foreign.db');
  writeFileSync(foreign, 'nothing');
  const report = exportSessions([foreign, join(archives, 'one.db')], {
    format: 'otlp',
    into: makeTestFolder(),
  });
  expect(report).toMatchObject({ sessions: 1, problems: [{ path: foreign, code: 'FILE_NOT_A_DATABASE' }] });
});
