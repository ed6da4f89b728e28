import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives } from '../testing/dump-archives.ts';
import { OpencodeFile } from '../testing/opencode-file.ts';

const ms = Date.UTC(2026, 5, 1);
const running = { type: 'tool', callID: 'c', tool: 'bash', state: { status: 'running', input: {} } };
const done = { ...running, state: { status: 'completed', input: {}, output: 'x' } };

/** Three sessions at rest, in a database with rows of both stores. */
function makeFile(): OpencodeFile {
  const file = new OpencodeFile('session', 'message', 'part', 'session_message');
  for (const id of ['a', 'b', 'c']) file.session(id, ms).said(`${id}1`, id, ms, 'one', 'two');
  return file;
}

async function importTwice(file: OpencodeFile, change: () => void) {
  const into = makeTestFolder();
  const again = () => importLogs('opencode', file.path, { into });
  await again();
  change();
  const report = await again();
  const whole = makeTestFolder();
  await importLogs('opencode', file.path, { into: whole });
  expect(dumpArchives(into)).toEqual(dumpArchives(whole));
  return { report, again, into };
}

it.each([
  ['by the index of their session', ''],
  ['by that of their message', 'DROP INDEX part_session_idx'],
])('reads of a database that changed the sessions that did, and tells parts %s', async (_how, sql) => {
  using file = makeFile();
  file.sqlite.exec(sql);
  const { report } = await importTwice(file, () => file.said('b2', 'b', ms + 1, 'three'));
  expect(report).toMatchObject({ records: 1, changed: 1, unchanged: 2, sessions: [{ id: 'b' }] });
});

it.each([
  ['a message that went', "DELETE FROM message WHERE id = 'b1'"],
  ['a part that went', "DELETE FROM part WHERE id = 'b1-0'"],
  ['a part in the place of another', "DELETE FROM part WHERE id = 'c1-1'"],
  ['another title', "UPDATE session SET title = 'x' WHERE id = 'b'"],
  ['a row of the second store', "INSERT INTO session_message VALUES ('x', 'b', 'user', 1, 9e12, 9e12, '{}')"],
])('reads a session again for %s', async (_what, sql) => {
  using file = makeFile();
  const { report } = await importTwice(file, () => file.sqlite.exec(sql));
  expect(report).toMatchObject({ records: 1, changed: 1, unchanged: 2 });
});

it.each([
  ['that was at work within the hour', Date.now(), 'text'],
  ['with a call that has not ended', ms, 'tool'],
  ['that is at rest', ms, 'text'],
])('sees rows change in their places in a session %s', async (_which, atMs, kind) => {
  using file = makeFile();
  file.session('d', atMs).said('d1', 'd', atMs, 'on');
  if (kind === 'tool')
    file.sqlite.prepare("UPDATE part SET data = ? WHERE id = 'd1-0'").run(JSON.stringify(running));
  const { report, again } = await importTwice(file, () => {
    const data = JSON.stringify(done);
    file.sqlite.prepare("UPDATE part SET data = ?, time_updated = ? WHERE id = 'd1-0'").run(data, atMs + 5);
  });
  expect(report).toMatchObject({ records: 1, changed: 1, unchanged: 3 });
  file.sqlite.exec("UPDATE session SET title = 'x' WHERE id = 'a'");
  expect(await again()).toMatchObject({ records: 1, changed: 1, sessions: [{ id: 'a' }] });
});

it('reads a session again whose archive is gone, and all of a database that tells no times', async () => {
  using file = makeFile();
  const { again, into } = await importTwice(file, () => file.said('b2', 'b', ms + 1, 'three'));
  rmSync(join(into, 'a.db'));
  expect(await again()).toMatchObject({ records: 1, added: 1, unchanged: 2 });
  for (const table of ['session', 'message', 'part'])
    file.sqlite.exec(`UPDATE ${table} SET time_created = NULL, time_updated = NULL`);
  expect(await again()).toMatchObject({ records: 3, changed: 3 });
  file.sqlite.exec('ALTER TABLE part DROP COLUMN time_updated');
  expect(await again()).toMatchObject({ records: 3 });
});

it('comes back to the sessions that an import with `sinceMs` has left out', async () => {
  using file = makeFile();
  file.session('d', ms + 1000).said('d1', 'd', ms + 1000, 'on');
  const into = makeTestFolder();
  expect(await importLogs('opencode', file.path, { into, sinceMs: ms + 500 })).toMatchObject({ added: 1 });
  expect(await importLogs('opencode', file.path, { into })).toMatchObject({
    added: 3,
    unchanged: 1,
    records: 3,
  });
});
