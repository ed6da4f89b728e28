import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { type Dump, dumpArchives, rowsOf } from '../testing/dump-archives.ts';
import { logKits } from '../testing/kits/index.ts';
import { exportSessions } from './export-sessions.ts';
import { type Row, resultText, textOfParts } from './read-session.ts';

const deepMs = 600_000;
const numRuns = process.env.VARVE_DEEP ? 100 : 4;
const names = ['claude-code', 'codex', 'pi', 'gemini-cli documents', 'opencode tree', 'mini-swe-agent'];
const kits = logKits.filter(({ name }) => names.includes(name));

function standingOf({ tool_name, status, attempt, mcp_server }: Row): string {
  return [tool_name, status, attempt, mcp_server].join(' ');
}

function sessionsIn(dumps: Record<string, Dump>): readonly string[] {
  const rows = rowsOf(dumps, 'sessions');
  return rows.map((it) => [it.id, it.parent_session_id, it.parent_tool_call_id, it.status].join(' ')).sort();
}

/** What every trajectory format can say of all sessions together. */
function gist(dumps: Record<string, Dump>) {
  const calls = rowsOf(dumps, 'tool_calls').map(standingOf);
  const total = (column: string) =>
    rowsOf(dumps, 'model_calls').reduce((sum, row) => sum + Number(row[column] ?? 0), 0);
  return {
    calls: calls.sort(),
    sessions: sessionsIn(dumps),
    models: rowsOf(dumps, 'model_calls').length,
    usage: ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cost_usd'].map(total),
  };
}

/** What chat messages can say of all sessions together: they have no usage. */
function chatGist(dumps: Record<string, Dump>) {
  const calls = rowsOf(dumps, 'tool_calls').map((row) => `${standingOf(row)} ${resultText(row)}`);
  const said = rowsOf(dumps, 'messages')
    .filter(({ role }) => role === 'user' || role === 'system')
    .map(({ role, parts }) => `${role} ${textOfParts(JSON.parse(String(parts)))}`);
  // A record without a message is nobody's conversation, and a result without a call is nobody's message.
  const told = Object.entries(dumps).filter(
    ([, it]) => it.tool_calls.length > 0 || it.messages.some(({ role }) => role !== 'tool'),
  );
  return { calls: calls.sort(), said: said.sort(), sessions: sessionsIn(Object.fromEntries(told)) };
}

const cases = [
  ['atif', 'the calls, the sessions and the usage', gist],
  ['otlp', 'the calls, the sessions and the usage', gist],
  ['openai-chat', 'the calls, their results, the sessions and what was asked', chatGist],
] as const;

describe.each(kits.map((kit) => [kit.name, kit] as const))('sessions of %s', (_name, kit) => {
  it.each(cases)(
    'written as %s and read again, have %s that they had',
    async (format, _what, gistOf) => {
      const moves = fc.array(fc.constantFrom(...kit.moves), { maxLength: 16 });
      await fc.assert(
        fc.asyncProperty(moves, async (list) => {
          const folders = [1, 2, 3, 4].map(() => makeTestFolder());
          const [from = '', into = '', out = '', back = ''] = folders;
          for (const [name, content] of Object.entries(kit.make(list).files)) {
            mkdirSync(dirname(join(from, name)), { recursive: true });
            writeFileSync(join(from, name), content);
          }
          await importLogs(kit.format, from, { into });
          const archives = readdirSync(into).filter((name) => name.endsWith('.db'));
          const paths = archives.map((name) => join(into, name));
          expect(exportSessions(paths, { format, into: out }).problems).toEqual([]);
          expect((await importLogs(format, out, { into: back })).problems).toEqual([]);
          expect(gistOf(dumpArchives(back))).toEqual(gistOf(dumpArchives(into)));
        }),
        { numRuns },
      );
    },
    deepMs,
  );
});
