import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createSession } from '@varve/core';
import { standardLineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { dumpArchives, jsonLines } from './testing/dump-archives.ts';

const id = '0b5f7a1e-6a51-4c56-9a4e-3f1d5f0c7a11';

function line(n: number, sessionId = id) {
  const uuid = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const timestamp = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
  return {
    type: 'user',
    uuid,
    parentUuid: null,
    sessionId,
    timestamp,
    message: { role: 'user', content: `message ${n}` },
  };
}

function makeLogs() {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  const log = join(from, `${id}.jsonl`);
  writeFileSync(log, jsonLines(line(1), line(2)));
  return { from, into, log, archive: join(into, `${id}.db`) };
}

function stampsIn(dir: string) {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(dir, name)).isFile())
    .sort()
    .map((name) => {
      const { ino, mtimeMs, size } = statSync(join(dir, name));
      return [name, ino, mtimeMs, size, readFileSync(join(dir, name)).toString('base64')];
    });
}

it('names each archive by its session, read-only, with the times of the log and what it was made of', async () => {
  const { from, into, log, archive } = makeLogs();
  const report = await importLogs('claude-code', from, { into });
  expect(report).toMatchObject({ added: 1, changed: 0, unchanged: 0, records: 2, logs: 1, problems: [] });
  expect(report.sessions).toMatchObject([{ id, path: archive, change: 'added', format: 'claude-code' }]);
  expect(statSync(archive).mode & 0o777).toBe(0o444);
  const dump = dumpArchives(into)[id];
  expect(dump?.sessions).toMatchObject([
    {
      started_at_ms: Date.UTC(2026, 0, 1) + 1000,
      ended_at_ms: Date.UTC(2026, 0, 1) + 2000,
      status: 'completed',
    },
  ]);
  expect(dump?.sources).toMatchObject([
    { format: 'claude-code', path: log, size_bytes: statSync(log).size, last_record_key: line(2).uuid },
  ]);
  expect(dump?.sources[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
});

it('changes no byte the second time, whether or not it remembers the first', async () => {
  const { from, into, log } = makeLogs();
  await importLogs('claude-code', from, { into });
  const before = stampsIn(into);
  expect(await importLogs('claude-code', from, { into })).toMatchObject({
    unchanged: 1,
    records: 0,
    sessions: [],
  });
  expect(stampsIn(into)).toEqual(before);
  const nothingNew = { unchanged: 1, records: 0, sessions: [] };
  utimesSync(log, 1, 1);
  expect(await importLogs('claude-code', from, { into })).toMatchObject(nothingNew);
  const broken = JSON.stringify({ importerVersion: '1', files: { [log]: 7 } });
  writeFileSync(join(into, '.varve-imports.json'), broken);
  expect(await importLogs('claude-code', from, { into })).toMatchObject(nothingNew);
  for (const spoil of [
    (state: string) => writeFileSync(state, readFileSync(state).fill(7, 40, 60)),
    (state: string) => writeFileSync(state, ''),
    (state: string) => rmSync(state),
  ]) {
    rmSync(join(into, '.varve-imports.json'));
    const [state = ''] = readdirSync(join(into, '.varve-imports'));
    spoil(join(into, '.varve-imports', state));
    const report = await importLogs('claude-code', from, { into });
    expect(report).toMatchObject({ unchanged: 1, records: 2, sessions: [] });
  }
  const archives = (stamps: unknown[][]) => stamps.filter(([name]) => String(name).endsWith('.db'));
  expect(archives(stampsIn(into))).toEqual(archives(before));
});

it('replaces the archive of a log that grew, and of one that was rewritten', async () => {
  const { from, into, log } = makeLogs();
  await importLogs('claude-code', from, { into });
  appendFileSync(log, jsonLines(line(3)));
  expect(await importLogs('claude-code', from, { into })).toMatchObject({ added: 0, changed: 1 });
  expect(dumpArchives(into)[id]?.messages).toHaveLength(3);
  writeFileSync(log, jsonLines(line(2)));
  expect(await importLogs('claude-code', from, { into })).toMatchObject({ added: 0, changed: 1 });
  expect(dumpArchives(into)[id]?.messages).toMatchObject([{ message_id: line(2).uuid }]);
  expect(readdirSync(into).sort()).toEqual(['.varve-imports', '.varve-imports.json', `${id}.db`]);
});

it('keeps the archive of a log that is gone, and makes one again that is gone itself', async () => {
  const { from, into, log, archive } = makeLogs();
  await importLogs('claude-code', from, { into });
  rmSync(archive);
  expect(await importLogs('claude-code', from, { into })).toMatchObject({ added: 1 });
  rmSync(log);
  expect(await importLogs('claude-code', from, { into })).toMatchObject({ logs: 0, sessions: [] });
  expect(dumpArchives(into)[id]?.messages).toHaveLength(2);
});

it('writes nothing in a dry run, and tells what would come', async () => {
  const { from, into } = makeLogs();
  rmSync(into, { recursive: true });
  const report = await importLogs('claude-code', from, { into, dryRun: true });
  expect(report).toMatchObject({ added: 1, records: 2, sessions: [{ id, change: 'added' }] });
  expect(() => readdirSync(into)).toThrow('ENOENT');
});

it('reads only what changed since a moment', async () => {
  const { from, into, log } = makeLogs();
  utimesSync(log, 1000, 1000);
  const report = await importLogs('claude-code', from, { into, sinceMs: 2_000_000 });
  expect(report).toMatchObject({ sessions: [], passedOver: { 'not changed since then': 1 } });
  expect(await importLogs('claude-code', from, { into, sinceMs: 500_000 })).toMatchObject({ added: 1 });
});

it('passes over other files in folders, and names those that it was told to read', async () => {
  const { from, into } = makeLogs();
  writeFileSync(join(from, 'notes.txt'), 'nothing');
  writeFileSync(join(from, 'other.jsonl'), '{"a":1}\n');
  expect(await importLogs('auto', from, { into })).toMatchObject({ added: 1, otherFiles: 2, problems: [] });
  const named = await importLogs('claude-code', [join(from, 'notes.txt'), join(from, 'gone.jsonl')], {
    into,
  });
  expect(named.problems.map(({ code }) => code)).toEqual(['FILE_NOT_FOUND', 'LOG_UNRECOGNISED']);
});

it('never writes over an archive that it did not make', async () => {
  const { from, into, archive } = makeLogs();
  const live = join(makeTestFolder(), 'live');
  mkdirSync(live);
  createSession(live, { lineage: standardLineage, session: { id, agentName: 'own' } }).seal(into);
  const before = readFileSync(archive);
  const report = await importLogs('claude-code', from, { into });
  expect(report.problems).toMatchObject([{ code: 'ARCHIVE_EXISTS', path: archive }]);
  expect(readFileSync(archive)).toEqual(before);
  expect(readdirSync(into).filter((name) => name.startsWith('.') && !name.startsWith('.varve'))).toEqual([]);
});

it('goes on from where it was stopped', async () => {
  const { from, into } = makeLogs();
  const other = id.replace('0', 'f');
  writeFileSync(join(from, `${other}.jsonl`), jsonLines(line(7, other)));
  const controller = new AbortController();
  const stopped = importLogs('claude-code', from, {
    into,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(Object.keys(dumpArchives(into))).toEqual([id]);
  expect(await importLogs('claude-code', from, { into })).toMatchObject({ added: 1, unchanged: 1 });
});

it('lets one import at a time write into a folder', async () => {
  const { from, into } = makeLogs();
  const outcomes = await Promise.allSettled([1, 2].map(() => importLogs('claude-code', from, { into })));
  const failures = outcomes.flatMap((it) => (it.status === 'rejected' ? [it.reason] : []));
  expect(failures).toMatchObject([{ code: 'FILE_BUSY' }]);
});

it('refuses a format that it does not know', async () => {
  await expect(importLogs('cobol', 'x', { into: makeTestFolder() })).rejects.toBeInstanceOf(VarveError);
  await expect(importLogs('cobol', 'x', { into: makeTestFolder() })).rejects.toMatchObject({ code: 'USAGE' });
});

it.skipIf(process.getuid?.() === 0)('says of a folder that it cannot write to', async () => {
  const { from, into } = makeLogs();
  chmodSync(into, 0o555);
  await expect(importLogs('claude-code', from, { into })).rejects.toMatchObject({ code: 'FILE_READ_ONLY' });
});

it('makes the same archives on workers as in one process, and names what they could not read', async () => {
  const { from, into } = makeLogs();
  const [one, two] = [makeTestFolder(), makeTestFolder()];
  for (let at = 0; at < 6; at++) {
    const other = id.replace('0', at.toString(16)).replace('a', 'c');
    writeFileSync(join(from, `${other}.jsonl`), jsonLines(line(at + 10, other), line(at + 20, other)));
  }
  createSession(join(into, 'live'), { lineage: standardLineage, session: { id, agentName: 'own' } }).seal(
    two,
  );
  await importLogs('claude-code', from, { into: one, jobs: 1 });
  const report = await importLogs('claude-code', from, { into: two, jobs: 2 });
  expect(report).toMatchObject({ added: 6, logs: 7, problems: [{ code: 'ARCHIVE_EXISTS' }] });
  const [expected, found] = [dumpArchives(one), dumpArchives(two)];
  expect({ ...found, [id]: undefined }).toEqual({ ...expected, [id]: undefined });
  expect(await importLogs('claude-code', from, { into: two, jobs: 2 })).toMatchObject({
    added: 0,
    unchanged: 6,
  });
});

it.each([
  ['gzip', gzipSync],
  ['Zstandard', () => Buffer.from('28b52ffd240d', 'hex')],
])('tells of a log that is packed with %s that it has to be unpacked', async (_how, pack) => {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  const path = join(from, 'log.jsonl.gz');
  writeFileSync(path, pack(jsonLines({ messages: [{ role: 'user', content: 'hello' }] })));
  const passedOver = { 'packed: unpack them': 1 };
  expect(await importLogs('auto', from, { into })).toMatchObject({ added: 0, problems: [], passedOver });
  const named = await importLogs('auto', path, { into });
  expect(named.problems).toMatchObject([
    { code: 'LOG_UNRECOGNISED', hint: expect.stringContaining('unpack it') },
  ]);
});
