import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { dumpArchives, jsonLines, rowsOf } from './testing/dump-archives.ts';
import { at } from './testing/import-files.ts';

const item = (second: number, payload: object) => ({ timestamp: at(second), type: 'response_item', payload });
const said = (n: number) =>
  item(n, { type: 'message', role: 'user', content: [{ type: 'input_text', text: `message ${n}` }] });
const chat = (n: number) => ({ messages: [{ role: 'user', content: `message ${n}` }] });
const step = { action: 'ls', observation: 'x', response: 'Let me look.', thought: '', state: '{}' };

const documents = {
  'swe-agent': { trajectory: [step], info: {} },
  'mini-swe-agent': {
    trajectory_format: 'mini-swe-agent-1',
    info: { exit_status: 'Submitted' },
    messages: [{ role: 'user', content: 'a' }],
  },
  atif: { schema_version: 'ATIF-v1.4', steps: [{ step_id: 1, source: 'user', message: 'a' }] },
  'tau-bench': [{ task_id: 0, trial: 0, reward: 1, info: {}, traj: [{ role: 'user', content: 'a' }] }],
};

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function foldersOf(text: string, name = 'log.jsonl') {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  write(join(from, name), text);
  const said = () => rowsOf(dumpArchives(into), 'messages').length;
  return { from, into, said, archives: () => readdirSync(into).filter((it) => it.endsWith('.db')) };
}

describe('a log that tells no id', () => {
  const logs = {
    codex: [said(1), said(2), said(3)],
    'openai-chat': [chat(1), chat(2), chat(3)],
  };

  it.each(Object.entries(logs))(
    'of %s counts once beside a copy of it and of what it was',
    async (_format, records) => {
      const { from, into, said } = foldersOf(jsonLines(...records));
      write(join(from, 'copy.jsonl'), jsonLines(...records));
      write(join(from, 'backup', 'old.jsonl'), jsonLines(...records.slice(0, 2)));
      const passedOver = { 'a log that another one continues': 2 };
      expect(await importLogs('auto', from, { into })).toMatchObject({ logs: 3, passedOver, problems: [] });
      expect(said()).toBe(3);
    },
  );

  it.each(Object.entries(documents))(
    'of %s counts once beside a copy, however its lines end',
    async (_format, document) => {
      const text = `${JSON.stringify(document, null, 2)}\n`;
      const alone = foldersOf(text, 'a.json');
      await importLogs('auto', alone.from, { into: alone.into });
      const { from, into, said, archives } = foldersOf(text, 'a.json');
      write(join(from, 'b.json'), text);
      write(join(from, 'windows.json'), `\u{feff}${text.replaceAll('\n', '\r\n')}`);
      await importLogs('auto', from, { into });
      expect([said(), archives().length]).toEqual([alone.said(), 1]);
    },
  );

  it.each(Object.entries(logs))(
    'of %s keeps its name when a copy turns up later',
    async (_format, records) => {
      const { from, into, archives } = foldersOf(jsonLines(...records));
      await importLogs('auto', from, { into });
      const before = archives();
      write(join(from, 'a copy.jsonl'), jsonLines(...records));
      expect(await importLogs('auto', from, { into })).toMatchObject({ added: 0, changed: 0 });
      expect(archives()).toEqual(before);
    },
  );

  it.each(Object.entries(logs))(
    'of %s gives way to a longer copy that turns up later',
    async (_format, records) => {
      const { from, into, said } = foldersOf(jsonLines(...records.slice(0, 2)));
      await importLogs('auto', from, { into });
      write(join(from, 'longer.jsonl'), jsonLines(...records));
      await importLogs('auto', from, { into });
      expect(said()).toBe(3);
      expect(await importLogs('auto', from, { into })).toMatchObject({ added: 0, changed: 0, problems: [] });
    },
  );

  it('keeps what was made of it until the longer copy could be read', async () => {
    const { from, into, said, archives } = foldersOf(jsonLines(...logs['openai-chat'].slice(0, 2)));
    await importLogs('auto', from, { into });
    write(join(from, 'longer.jsonl'), jsonLines(...logs['openai-chat']));
    const inTheWay = join(into, 'longer-3.db');
    mkdirSync(inTheWay);
    const { problems } = await importLogs('auto', from, { into });
    expect(problems).toHaveLength(1);
    expect(archives()).toEqual(expect.arrayContaining(['log-1.db', 'log-2.db']));
    rmSync(inTheWay, { recursive: true });
    await importLogs('auto', from, { into });
    expect(said()).toBe(3);
  });
});

describe('a log that tells its id', () => {
  const header = { timestamp: at(0), type: 'session_meta', payload: { id: 'a', timestamp: at(0) } };
  const whole = [header, said(1), said(2), said(3)];

  it.each([
    ['a copy', whole],
    ['what it was', whole.slice(0, 3)],
  ])('counts once beside %s whose lines end otherwise', async (_what, records) => {
    const { from, into, said, archives } = foldersOf(jsonLines(...whole));
    write(join(from, 'windows.jsonl'), jsonLines(...records).replaceAll('\n', '\r\n'));
    await importLogs('auto', from, { into });
    expect([said(), archives()]).toEqual([3, ['a.db']]);
  });

  it('keeps its name when a longer copy turns up later whose lines end otherwise', async () => {
    const { from, into, said, archives } = foldersOf(jsonLines(...whole.slice(0, 3)));
    await importLogs('auto', from, { into });
    write(join(from, 'windows.jsonl'), jsonLines(...whole).replaceAll('\n', '\r\n'));
    await importLogs('auto', from, { into });
    expect([said(), archives()]).toEqual([3, ['a.db']]);
  });
});

describe('a log of Claude Code whose file is not named after its session', () => {
  const sessionId = '0b5f7a1e-6a51-4c56-9a4e-3f1d5f0c7a11';
  const summary = { type: 'summary', summary: 'what was done', leafUuid: 'leaf' };
  const hello = {
    ...{ type: 'user', uuid: 'u', sessionId, timestamp: at(1) },
    message: { role: 'user', content: 'hello' },
  };
  const named = `${sessionId}.db`;

  it('has its name once it tells it', async () => {
    const { from, into, archives } = foldersOf(jsonLines(summary));
    await importLogs('auto', from, { into });
    expect(archives()).toEqual(['log.db']);
    write(join(from, 'log.jsonl'), jsonLines(summary, hello));
    await importLogs('auto', from, { into });
    expect(archives()).toEqual([named]);
    expect(await importLogs('auto', from, { into })).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
  });

  it('leaves alone what was made of another log that lay there', async () => {
    const { from, into, archives } = foldersOf(jsonLines({ ...summary, summary: 'of another' }));
    await importLogs('auto', from, { into });
    write(join(from, 'log.jsonl'), jsonLines(summary, hello));
    await importLogs('auto', from, { into });
    expect(archives()).toEqual([named, 'log.db']);
  });
});
