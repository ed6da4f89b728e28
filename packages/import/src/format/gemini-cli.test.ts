import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives, jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

describe('gemini-cli', () => {
  it('reads lines of which the last of an id counts, with what was taken back', async () => {
    const message = (id: string, type: string, content: unknown, more: object = {}) => ({
      id,
      type,
      content,
      timestamp: at(1),
      ...more,
    });
    const tokens = { input: 10, output: 2, cached: 4, thoughts: 3, tool: 1, total: 16 };
    const { dumps, report } = await importFiles('gemini-cli', {
      'session-1.jsonl': jsonLines(
        { sessionId: 'g', projectHash: 'h', startTime: at(0), lastUpdated: at(0), kind: 'main' },
        message('1', 'user', [{ text: 'hello' }]),
        message('2', 'gemini', ''),
        message('2', 'gemini', 'hi', { model: 'gemini-x', tokens }),
        { $set: { summary: 'Greeting', lastUpdated: at(9) } },
        message('3', 'user', 'wrong'),
        { $rewindTo: '3' },
      ),
    });
    expect(dumps.g?.messages.map(({ parts, metadata }) => [JSON.parse(String(parts)), metadata])).toEqual([
      [[{ type: 'text', content: 'hello' }], null],
      [[{ type: 'text', content: 'hi' }], null],
      [[{ type: 'text', content: 'wrong' }], '{"rewound":true}'],
    ]);
    expect(dumps.g?.model_calls).toMatchObject([
      { input_tokens: 11, output_tokens: 5, cache_read_input_tokens: 4, reasoning_output_tokens: 3 },
    ]);
    expect(dumps.g?.sessions).toMatchObject([{ title: 'Greeting' }]);
    expect(report.skipped).toEqual({ 'told again later': 1 });
  });

  it('reads a session that was begun as a document and gone on with as lines once', async () => {
    const facts = { sessionId: 'g', projectHash: 'h', startTime: at(0), lastUpdated: at(2) };
    const tokens = { input: 10, output: 2, cached: 4, thoughts: 3, tool: 0, total: 15 };
    const messages = ['1', '2'].map((id) => ({
      id,
      type: id === '1' ? 'user' : 'gemini',
      content: `said ${id}`,
      timestamp: at(Number(id)),
      ...(id === '2' && { tokens, model: 'gemini-x' }),
    }));
    const more = { id: '3', type: 'gemini', content: 'more', timestamp: at(3), tokens, model: 'gemini-x' };
    const { dumps } = await importFiles('gemini-cli', {
      'session-g.json': JSON.stringify({ ...facts, summary: 'Old', messages }, null, 2),
      'session-g.jsonl': jsonLines(
        { ...facts, summary: 'Old' },
        ...messages,
        { $set: { sessionId: 'g' } },
        more,
        {
          $set: { messages: [messages[0], { ...messages[1], content: [{ text: 'masked' }] }, more] },
        },
        { $set: { summary: 'New', lastUpdated: at(4) } },
      ),
    });
    expect(Object.keys(dumps)).toEqual(['g']);
    expect(dumps.g?.messages.map(({ message_id }) => message_id)).toEqual(['1', '2', '3']);
    expect(dumps.g?.model_calls.map(({ input_tokens }) => input_tokens)).toEqual([10, 10]);
    expect(dumps.g?.sessions).toMatchObject([{ title: 'New' }]);
    expect(dumps.g?.sources).toHaveLength(2);
  });

  const facts = { sessionId: 'g', projectHash: 'h', startTime: at(0) };
  const said = (n: number, more: object = {}) => ({
    id: `${n}`,
    type: 'user',
    content: `said ${n}`,
    timestamp: at(n),
    ...more,
  });
  it.each([
    ['with more messages', [said(3), said(3, { content: 'more' }), { $set: { summary: 'New' } }, said(4)], 4],
    ['with what takes the new back', [said(3), { $rewindTo: '3' }], 2],
    ['with nothing but facts', [{ $set: { summary: 'New', lastUpdated: at(9) } }], 1],
    ['with an old message', [said(3), said(2, { content: 'more' })], 5],
    ['with what takes an old one back', [{ $rewindTo: '2' }], 4],
    ['with all messages', [{ $set: { messages: [said(1), said(2, { content: 'masked' })] } }], 4],
    ['with another beginning', [{ ...facts, startTime: at(8) }, said(3, { timestamp: undefined })], 5],
  ])('gives what the whole gives where lines go on %s', async (_how, more, records) => {
    const { from, into } = await importFiles('gemini-cli', { 'g.jsonl': jsonLines(facts, said(1), said(2)) });
    appendFileSync(join(from, 'g.jsonl'), jsonLines(...more));
    expect(await importLogs('gemini-cli', from, { into })).toMatchObject({ changed: 1, records });
    const whole = makeTestFolder();
    await importLogs('gemini-cli', from, { into: whole });
    expect(dumpArchives(into)).toEqual(dumpArchives(whole));
  });

  it('knows a session by its id and project alone, whose header may have no more', async () => {
    const { dumps } = await importFiles('auto', {
      'session-1.jsonl': jsonLines(
        { sessionId: 'g', projectHash: 'h' },
        { id: '1', type: 'user', content: 'hello', timestamp: at(1) },
      ),
    });
    expect(dumps.g?.messages).toHaveLength(1);
  });

  it('names the parent of a sub-agent that lies in its folder, and no other', async () => {
    const lines = (sessionId: string) =>
      jsonLines(
        { sessionId, projectHash: 'h', startTime: at(0), kind: 'subagent' },
        { id: sessionId, type: 'user', content: 'look', timestamp: at(1) },
      );
    const { dumps } = await importFiles('gemini-cli', {
      'chats/parent/a.jsonl': lines('a'),
      'chats/b.jsonl': lines('b'),
    });
    expect(dumps.a?.sessions[0]?.parent_session_id).toBe('parent');
    expect(dumps.b?.sessions[0]?.parent_session_id).toBe(null);
  });

  it('keeps of what nobody said whether it was an error, a warning or a note', async () => {
    const messages = ['info', 'error', 'warning', 'user'].map((type, n) => ({
      id: `${n}`,
      type,
      content: 'x',
      timestamp: at(n),
    }));
    const session = { sessionId: 'g', projectHash: 'h', startTime: at(0), lastUpdated: at(9), messages };
    const { dumps } = await importFiles('gemini-cli', { 'session-1.json': JSON.stringify(session) });
    expect(dumps.g?.messages.map(({ role, metadata }) => [role, metadata])).toEqual([
      ['system', '{"type":"info"}'],
      ['system', '{"type":"error"}'],
      ['system', '{"type":"warning"}'],
      ['user', null],
    ]);
  });
});
