import { copyFileSync, rmSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { queryArchives } from '../query/query-archives.ts';
import { makeFolder, uuidOf, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

const hours = (count: number) => new Date(Date.UTC(2026, 0, 1, count));

/** Three archives of one session, `b.db` the newest, and one of another. */
function writeCopies(): { dir: string; paths: Record<'a' | 'b' | 'c' | 'other', string> } {
  const dir = makeFolder();
  const write = (name: string, version: number, session: string, hour: number) => {
    const path = writeArchive(join(dir, `${name}.db`), version, session);
    utimesSync(path, hours(hour), hours(hour));
    return path;
  };
  const paths = {
    a: write('a', 1, uuidOf(1), 1),
    b: write('b', 3, uuidOf(1), 3),
    c: write('c', 2, uuidOf(1), 2),
    other: write('other', 2, uuidOf(2), 1),
  };
  return { dir, paths };
}

it('counts a session that several archives hold once, from the newest, and lists the others', async () => {
  const { dir, paths } = writeCopies();
  const work = makeFolder();
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  const kept = [paths.b, paths.other];
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(kept, lineage, work));
  const other = { sessionId: uuidOf(1), keptPath: paths.b };
  expect(unified.report.duplicates).toEqual([
    { path: paths.a, ...other },
    { path: paths.c, ...other },
  ]);
  expect(await unified.refresh()).toMatchObject({ unchanged: 4, duplicates: [{}, {}] });
  const answer = await queryArchives(dir, 'SELECT count(*) FROM tool_calls', { lineage });
  expect(answer.rows).toEqual([[6n]]);
  expect(answer.duplicates).toEqual(unified.report.duplicates);
});

it('counts the next newest when the newest is gone, and the newest again when it comes back', async () => {
  const { dir, paths } = writeCopies();
  const work = makeFolder();
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  const aside = join(work, 'aside.db');
  copyFileSync(paths.b, aside);
  rmSync(paths.b);
  expect((await unified.refresh()).duplicates).toMatchObject([{ path: paths.a, keptPath: paths.c }]);
  const without = [paths.c, paths.other];
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(without, lineage, work));
  copyFileSync(aside, paths.b);
  await unified.refresh();
  const again = [paths.b, paths.other];
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(again, lineage, work));
});

it('counts the next newest when the newest can no longer be read', async () => {
  const { dir, paths } = writeCopies();
  const work = makeFolder();
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  const sqlite = new Database(paths.b);
  sqlite.exec('DROP TABLE tool_calls');
  sqlite.close();
  expect((await unified.refresh()).problems).toMatchObject([{ path: paths.b }]);
  const readable = [paths.c, paths.other];
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(readable, lineage, work));
});

it('leaves the rows of an upgraded archive as they are', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'old.db'), 2);
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
  const everything = () =>
    ['sessions', 'tool_calls', 'tags'].map((table) =>
      unified.sqlite.prepare(`SELECT rowid, * FROM ${table} ORDER BY rowid`).all(),
    );
  const before = everything();
  for (const version of [4, head]) {
    const sqlite = new Database(path);
    replayMigrations(sqlite, lineageAt(lineage, version));
    sqlite.close();
    expect(await unified.refresh()).toMatchObject({ changed: 1, problems: [] });
    expect(everything()).toEqual(before);
    expect(unified.db.select().from(unified.archives).get()).toMatchObject({ version, rows: 6 });
  }
});

it.each([
  ['a value', `UPDATE tool_calls SET tool_name = 'READ' WHERE seq = 2`],
  ['a storage class', `UPDATE tool_calls SET tool_name = x'72656164' WHERE seq = 2`],
  ['the case of a text that is compared without it', `UPDATE tags SET name = 'read' WHERE call_seq = 2`],
  ['one row of two that are the same', 'INSERT INTO tags SELECT * FROM tags LIMIT 1'],
  ['a row less', 'DELETE FROM tags WHERE call_seq = 3'],
])('takes in a change of %s alone', async (_, change) => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const path = writeArchive(join(dir, 'a.db'), head);
  let sqlite = new Database(path);
  sqlite.exec(`INSERT INTO tags VALUES ('READ', 2), ('WRITE', 3), ('WRITE', 3)`);
  sqlite.close();
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  sqlite = new Database(path);
  sqlite.exec(change);
  sqlite.close();
  utimesSync(path, hours(1), hours(1));
  expect(await unified.refresh()).toMatchObject({ changed: 1 });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded([path], lineage, work));
});

it('keeps what is gone, marked, when it is told to', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const path = writeArchive(join(dir, 'a.db'), 1);
  const aside = join(work, 'aside.db');
  copyFileSync(path, aside);
  const file = join(work, 'u.db');
  using unified = await openUnified(file, { lineage, archives: dir, gone: 'keep' });
  const rows = readUnifiedRows(unified.sqlite, lineage);
  const states = () => unified.db.select({ state: unified.archives.state }).from(unified.archives).all();
  rmSync(path);
  expect(await unified.refresh()).toMatchObject({ removed: 1 });
  expect(await unified.refresh()).toMatchObject({ removed: 0, unchanged: 0 });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(rows);
  expect(states()).toEqual([{ state: 'gone' }]);
  copyFileSync(aside, path);
  expect(await unified.refresh()).toMatchObject({ added: 1 });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(rows);
  expect(states()).toEqual([{ state: 'unified' }]);
  rmSync(path);
  using forgetting = await openUnified(file, { lineage, archives: dir });
  expect(forgetting.report).toMatchObject({ removed: 1 });
  expect(forgetting.db.select().from(forgetting.tables.toolCalls).all()).toEqual([]);
});

it('follows an archive that was moved, and keeps no second copy of it', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const path = writeArchive(join(dir, 'a.db'), 1, uuidOf(3));
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir, gone: 'keep' });
  const moved = join(dir, 'z.db');
  copyFileSync(path, moved);
  rmSync(path);
  await unified.refresh();
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded([moved], lineage, work));
});

/** A change of the archive `a`, of which `b` is a copy. */
async function compareCopies(sessionId: string, change: string) {
  const [dir, work] = [makeFolder(), makeFolder()];
  const path = writeArchive(join(dir, 'b.db'), head, sessionId);
  const changed = join(dir, 'a.db');
  copyFileSync(path, changed);
  const sqlite = new Database(changed);
  sqlite.exec(change);
  sqlite.close();
  utimesSync(path, hours(5), hours(5));
  utimesSync(changed, hours(1), hours(1));
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  const { duplicates, clashes } = unified.report;
  const answer = await queryArchives(dir, 'SELECT count(*) FROM tool_calls WHERE seq > 1', { lineage });
  expect([answer.duplicates, answer.clashes]).toEqual([duplicates, clashes]);
  const rows = unified.sqlite.prepare('SELECT count(*) FROM tool_calls WHERE seq > 1').pluck().get();
  expect(answer.rows).toEqual([[BigInt(Number(rows))]]);
  return { left: duplicates.map((it) => basename(it.path)), clashes: clashes.length };
}

it.each([
  ['the same bytes, whatever the id', '1', '', { left: ['a.db'], clashes: 0 }],
  [
    'an id that anybody may use, with other rows',
    '1',
    'UPDATE tool_calls SET failed = 1',
    { left: [], clashes: 0 },
  ],
  [
    'an id that anybody may use, and the same rows in other bytes',
    '1',
    'VACUUM; PRAGMA user_version = 9',
    { left: [], clashes: 0 },
  ],
  [
    'a later state of the session, though its file is older',
    uuidOf(1),
    `INSERT INTO tool_calls VALUES (9, '${uuidOf(1)}', 'x', 0, 99)`,
    { left: ['b.db'], clashes: 0 },
  ],
  [
    'an earlier state of the session',
    uuidOf(1),
    'DELETE FROM tool_calls WHERE seq = 3; DELETE FROM tags WHERE call_seq = 3',
    { left: ['a.db'], clashes: 0 },
  ],
  [
    'rows that contradict the other archive',
    uuidOf(1),
    'UPDATE tool_calls SET failed = 1 WHERE seq = 2',
    { left: [], clashes: 1 },
  ],
])('of two archives with %s, counts what is not in the other', async (_, id, change, expected) => {
  expect(await compareCopies(id, change)).toEqual(expected);
});

it('counts every one of different sessions that share an id', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = Array.from({ length: 15 }, (_, at) => {
    const path = writeArchive(join(dir, `${at}.db`), 1, '1');
    const sqlite = new Database(path);
    sqlite.exec(`UPDATE tool_calls SET tool = 'run ${String(at).padStart(2, '0')}'`);
    sqlite.close();
    return path;
  });
  for (const jobs of [1, 2]) {
    using unified = await openUnified(join(work, `${jobs}.db`), { lineage, archives: dir, jobs });
    expect(unified.report).toMatchObject({ duplicates: [], clashes: [], problems: [] });
    expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, work));
  }
});
