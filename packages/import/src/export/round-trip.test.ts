import { readFileSync } from 'node:fs';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { callStatuses, messages, modelCalls, toolCalls } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { type Dump, dumpArchives } from '../testing/dump-archives.ts';
import { exportSessions, trajectoryFormats } from './export-sessions.ts';

/** A session that another one's call has started, with a call for each way in which one can end, or not. */
function makeSession(): string {
  const parent = { parentSessionId: 'the-parent', parentToolCallId: 'call-of-the-parent' };
  const session = createSession(makeTestFolder(), {
    lineage,
    session: { agentName: 'helper', title: 'A look', requestModel: 'm', ...parent },
  });
  session.record(messages, { role: 'user', parts: [{ type: 'text', content: 'look' }] });
  const modelCallSeq = session.record(modelCalls, { operationName: 'chat', requestModel: 'm', status: 'ok' });
  const parts = [{ type: 'text', content: 'Looking.' }];
  session.record(messages, { role: 'assistant', parts, modelCallSeq });
  for (const [at, status] of callStatuses.entries()) {
    const hasEnded = status !== 'running' && status !== 'interrupted';
    session.record(toolCalls, {
      toolName: 'search',
      toolCallId: `call-${at}`,
      arguments: { at },
      status,
      modelCallSeq,
      ...(hasEnded && { result: `result ${at}` }),
      ...(status === 'error' && { errorType: 'timeout', errorMessage: `result ${at}` }),
      ...(at % 2 === 1 && { attempt: at, mcpServer: `server ${at}` }),
    });
  }
  return session.seal(makeTestFolder(), { status: 'failed' });
}

function gist(dumps: Record<string, Dump>) {
  const [[, dump] = []] = Object.entries(dumps);
  const facts = dump?.sessions.map((it) => [
    ...[it.id, it.parent_session_id, it.parent_tool_call_id, it.title, it.status],
  ]);
  const calls = dump?.tool_calls.map((it) => [
    ...[it.tool_call_id, it.status, it.result, it.error_type, it.attempt, it.mcp_server],
  ]);
  return { facts, calls };
}

it.each(trajectoryFormats)(
  'a session written as %s and read again keeps its parent, and how each call stands',
  async (format) => {
    const path = makeSession();
    const [out, into] = [makeTestFolder(), makeTestFolder()];
    expect(exportSessions([path], { format, into: out })).toMatchObject({ sessions: 1, problems: [] });
    expect(await importLogs(format, out, { into })).toMatchObject({ added: 1, problems: [] });
    const before = gist(dumpArchives(path.replace(/[^/]+$/, '')));
    expect(before.calls).toHaveLength(callStatuses.length);
    expect(gist(dumpArchives(into))).toEqual(before);
  },
);

it('writes nothing into a result of a trajectory that its version does not know', () => {
  const { files } = exportSessions([makeSession()], { format: 'atif', into: makeTestFolder() });
  const { steps } = JSON.parse(readFileSync(files[0] ?? '', 'utf8'));
  const results = steps.flatMap(
    (step: { observation?: { results: object[] } }) => step.observation?.results ?? [],
  );
  expect(results.map((it: object) => Object.keys(it))).toEqual(
    results.map(() => ['source_call_id', 'content']),
  );
  expect(results).toHaveLength(4);
});

it('keeps what was said again in the same words, and after the last model call', async () => {
  const session = createSession(makeTestFolder(), { lineage, session: { agentName: 'helper' } });
  const say = (role: 'user' | 'assistant', content: string, modelCallSeq?: number) =>
    session.record(messages, { role, parts: [{ type: 'text', content }], modelCallSeq });
  for (let turn = 0; turn < 3; turn++) {
    say('user', 'continue');
    say('user', 'continue');
    say('assistant', 'on it', session.record(modelCalls, { operationName: 'chat', status: 'ok' }));
  }
  say('user', 'continue');
  const path = session.seal(makeTestFolder());
  const said = (dir: string) =>
    Object.values(dumpArchives(dir))[0]?.messages.map(({ role, parts }) => [role, parts]);
  for (const format of trajectoryFormats) {
    const [out, into] = [makeTestFolder(), makeTestFolder()];
    exportSessions([path], { format, into: out });
    await importLogs(format, out, { into });
    expect(said(into), format).toEqual(said(path.replace(/[^/]+$/, '')));
  }
});
