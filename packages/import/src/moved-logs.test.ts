import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { dumpArchives, jsonLines } from './testing/dump-archives.ts';

const id = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const codexMessage = (text: string, second: number) => ({
  timestamp: at(second),
  type: 'response_item',
  payload: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const before = [
  { timestamp: at(0), type: 'session_meta', payload: { id, timestamp: at(0) } },
  codexMessage('one', 1),
];
const more = [codexMessage('two', 2)];

describe('a log that tells of one session', () => {
  const write = (path: string, ...records: readonly object[]) => writeFileSync(path, jsonLines(...records));

  async function dumpOf(from: string) {
    const whole = makeTestFolder();
    await importLogs('codex', from, { into: whole });
    return dumpArchives(whole);
  }

  it.each([
    ['and has grown since', more],
    ['as it was', []],
  ])('is the same log where it has been moved, %s', async (_title, grown) => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    const [path, archived] = [join(from, 'log.jsonl'), join(from, 'archived')];
    write(path, ...before);
    await importLogs('codex', from, { into });
    mkdirSync(archived);
    renameSync(path, join(archived, 'log.jsonl'));
    write(join(archived, 'log.jsonl'), ...before, ...grown);
    await importLogs('codex', from, { into });
    expect(Object.keys(dumpArchives(into))).toEqual([id]);
    if (grown.length > 0) expect(dumpArchives(into)).toEqual(await dumpOf(from));
  });

  it('comes to the same beside a longer copy that turns up after it', async () => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    write(join(from, 'a.jsonl'), ...before);
    await importLogs('codex', from, { into });
    write(join(from, 'b.jsonl'), ...before, ...more);
    await importLogs('codex', from, { into });
    expect(dumpArchives(into)).toEqual(await dumpOf(from));
  });

  it('is another one where it does not begin so', async () => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    write(join(from, 'a.jsonl'), ...before);
    await importLogs('codex', from, { into });
    renameSync(join(from, 'a.jsonl'), join(makeTestFolder(), 'a.jsonl'));
    write(join(from, 'b.jsonl'), ...before.slice(0, 1), ...more);
    await importLogs('codex', from, { into });
    expect(Object.keys(dumpArchives(into))).toHaveLength(2);
  });
});
