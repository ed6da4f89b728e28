import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { dumpArchives, jsonLines, rowsOf } from './testing/dump-archives.ts';

const sessionId = '0b5f7a1e-6a51-4c56-9a4e-3f1d5f0c7a11';

const said = (n: number) => ({
  type: 'user',
  uuid: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  sessionId,
  timestamp: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
  message: { role: 'user', content: `message ${n}` },
});
/** A record that has no key. */
const queued = (n: number) => ({
  type: 'queue-operation',
  operation: 'enqueue',
  timestamp: said(n).timestamp,
  sessionId,
  content: `queued ${n}`,
});

const whole = jsonLines(said(1), queued(2), said(3), queued(4));
const earlier = jsonLines(said(1), queued(2));
const name = `${sessionId}.jsonl`;

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

it.each([
  ['a copy by another name', 4, (from: string) => write(join(from, `copy of ${name}`), whole)],
  ['a copy of what it was, elsewhere', 2, (from: string) => write(join(from, 'backup', name), earlier)],
  ['another name of the same file', 4, (from: string) => linkSync(join(from, name), join(from, 'a.jsonl'))],
] as const)('tells what has no key of its own once beside %s', async (_what, repeated, copy) => {
  const [from, into, alone] = [makeTestFolder(), makeTestFolder(), makeTestFolder()];
  const log = write(join(from, name), whole);
  await importLogs('claude-code', log, { into: alone });
  copy(from);
  const report = await importLogs('auto', from, { into });
  expect(report).toMatchObject({ added: 1, logs: 2, records: 4 + repeated, skipped: { repeated } });
  const rows = (dir: string) =>
    (['messages', 'intermediate_results'] as const).map((table) => rowsOf(dumpArchives(dir), table).length);
  expect(rows(into)).toEqual([2, 2]);
  expect(rows(into)).toEqual(rows(alone));
  write(log, `${whole}${jsonLines(said(5), queued(6))}`);
  expect(await importLogs('auto', from, { into })).toMatchObject({ changed: 1 });
  expect(rows(into)).toEqual([3, 3]);
});

it('names what goes before it is compared, and reads the other logs', async () => {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  const writeOther = (n: number) =>
    write(join(from, `${n}.jsonl`), jsonLines({ ...said(n), sessionId: `other ${n}` }));
  writeOther(10);
  await importLogs('auto', from, { into });
  writeOther(11);
  write(join(from, name), whole);
  const copy = write(join(from, `copy of ${name}`), whole);
  const onProgress = () => rmSync(copy, { force: true });
  const report = await importLogs('auto', from, { into, onProgress });
  expect(report).toMatchObject({ added: 1, unchanged: 1 });
  expect(new Set(report.problems.map(({ code }) => code))).toEqual(new Set(['FILE_NOT_FOUND']));
  expect(await importLogs('auto', from, { into })).toMatchObject({ added: 1, problems: [] });
});

it('takes no log for a copy with which a fork begins', async () => {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  write(join(from, name), whole);
  const fork = sessionId.replace('0b5f', 'ffff');
  write(join(from, `${fork}.jsonl`), `${whole}${jsonLines({ ...said(5), sessionId: fork })}`);
  expect(await importLogs('auto', from, { into })).toMatchObject({ added: 2, passedOver: {} });
  const dumps = dumpArchives(into);
  expect([sessionId, fork].map((id) => dumps[id]?.messages.length)).toEqual([2, 1]);
});

it.each([
  ['torn, or JSON with a fault', '{\n  "messages": [{"role": "user", "con', 'a copy that is whole'],
  ['torn, or JSON with a fault', '{"type":"user","message":{"content":"', 'a copy that is whole'],
  ['UTF-16: write them as UTF-8', Buffer.from('\ufeff{"messages": []}', 'utf16le'), 'UTF-8'],
])('says why it passes a log over: %s', async (reason, content, hint) => {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  const path = join(from, 'log.json');
  writeFileSync(path, content);
  const report = await importLogs('auto', from, { into });
  expect(report).toMatchObject({ passedOver: { [reason]: 1 }, otherFiles: 0, problems: [] });
  const named = await importLogs('auto', path, { into });
  expect(named.problems).toMatchObject([{ code: 'LOG_UNRECOGNISED', hint: expect.stringContaining(hint) }]);
});
