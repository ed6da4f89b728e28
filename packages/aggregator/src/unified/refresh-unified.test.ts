import { chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt, squashLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { asNobody, fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';
import { type RefreshReport, refreshUnified } from './refresh-unified.ts';

function counts({ added, changed, removed, unchanged, problems }: RefreshReport): number[] {
  return [added, changed, removed, unchanged, problems.length];
}

it('reads what is new or changed, removes what is gone, and nothing else', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const [a, b, c] = ['a.db', 'b.db', 'c.db'].map((name, at) => writeArchive(join(dir, name), at + 1));
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  expect(counts(unified.report)).toEqual([3, 0, 0, 0, 0]);
  expect(counts(await unified.refresh())).toEqual([0, 0, 0, 3, 0]);
  const ids = readIds(unified.sqlite);

  const d = writeArchive(join(dir, 'sub', 'd.db'), head);
  const changed = new Database(b);
  changed.exec(`DELETE FROM tool_calls WHERE seq = 3`);
  changed.close();
  utimesSync(b as string, new Date(), new Date());
  rmSync(a as string);
  expect(counts(await unified.refresh())).toEqual([1, 1, 1, 1, 0]);
  const paths = [b, c, d] as string[];
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, work));
  expect(readIds(unified.sqlite)).toMatchObject({
    [b as string]: ids[b as string],
    [c as string]: ids[c as string],
  });
});

function readIds(sqlite: Database.Database): Record<string, number> {
  const rows = sqlite.prepare<[], [string, number]>('SELECT path, id FROM _archives').raw().all();
  return Object.fromEntries(rows);
}

it('holds the same after several refreshes as after one', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = Array.from({ length: 20 }, (_, at) => join(dir, `${at}.db`));
  const file = join(work, 'u.db');
  for (const [at, path] of paths.entries()) {
    writeArchive(path, (at % head) + 1);
    if (at % 7 === 0) await refreshUnified(file, { lineage, archives: dir });
  }
  await refreshUnified(file, { lineage, archives: dir });
  using unified = await openUnified(file, { lineage, archives: dir });
  expect(counts(unified.report)).toEqual([0, 0, 0, 20, 0]);
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, work));
});

it('keeps a bad archive out, tells it on every refresh, and takes it in once it is mended', async () => {
  const dir = makeFolder();
  writeArchive(join(dir, 'good.db'), 1);
  const path = writeArchive(join(dir, 'bad.db'), 2);
  const bytes = readFileSync(path);
  writeFileSync(path, Buffer.from(bytes).fill(0xff, 4096));
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
  expect(counts(unified.report)).toEqual([2, 0, 0, 0, 1]);
  expect(unified.problems).toMatchObject([{ path, code: 'FILE_CORRUPT' }]);
  const row = unified.db.select().from(unified.archives).where(eq(unified.archives.path, path)).get();
  expect(row).toMatchObject({ state: 'failed', errorCode: 'FILE_CORRUPT', rows: 0, version: null });
  expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(1);
  // What SQLite calls corrupt, the disk may only have failed to read: it is looked at again.
  expect(counts(await unified.refresh())).toEqual([0, 1, 0, 1, 1]);
  writeFileSync(path, bytes);
  expect(counts(await unified.refresh())).toEqual([0, 1, 0, 1, 0]);
  expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(2);
});

it('forgets the rows of an archive that became unreadable as a database', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 1);
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
  writeFileSync(path, 'no database any more');
  expect(counts(await unified.refresh())).toEqual([0, 1, 0, 0, 1]);
  expect(counts(await unified.refresh())).toEqual([0, 0, 0, 1, 1]);
  expect(unified.db.select().from(unified.tables.toolCalls).all()).toEqual([]);
});

it.skipIf(process.platform === 'win32')(
  'keeps the rows of a folder that cannot be searched now',
  async () => {
    const [dir, work] = [makeFolder(), makeFolder()];
    writeArchive(join(dir, 'closed', 'a.db'), 1);
    const file = join(work, 'u.db');
    await refreshUnified(file, { lineage, archives: dir });
    for (const path of [dir, work]) chmodSync(path, 0o777);
    chmodSync(file, 0o666);
    chmodSync(join(dir, 'closed'), 0);
    await asNobody(async () => {
      using unified = await openUnified(file, { lineage, archives: dir });
      expect(counts(unified.report)).toEqual([0, 0, 0, 0, 1]);
      expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(1);
    });
  },
);

it.skipIf(process.platform === 'win32')(
  'tells a new archive that it may not read once, until it may',
  async () => {
    const [dir, work] = [makeFolder(), makeFolder()];
    for (const path of [dir, work]) chmodSync(path, 0o777);
    const path = writeArchive(join(dir, 'a.db'), 1);
    chmodSync(path, 0);
    await asNobody(async () => {
      using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
      expect(unified.problems).toMatchObject([{ path, code: 'FILE_UNREADABLE' }]);
      expect((await unified.refresh()).problems).toEqual(unified.problems);
      expect(unified.problems).toHaveLength(1);
    });
    chmodSync(path, 0o444);
    using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
    expect(unified.problems).toEqual([]);
    expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(1);
  },
);

it('does not take itself for an archive', async () => {
  const dir = makeFolder();
  writeArchive(join(dir, 'a.db'), 1);
  using unified = await openUnified(join(dir, 'u.db'), { lineage, archives: dir });
  expect(counts(await unified.refresh())).toEqual([0, 0, 0, 1, 0]);
});

it('is filled anew when the lineage has moved on', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = [1, 2, 3].map((version) => writeArchive(join(dir, `${version}.db`), version));
  const file = join(work, 'u.db');
  await refreshUnified(file, { lineage: lineageAt(lineage, 3), archives: dir });
  using unified = await openUnified(file, { lineage, archives: dir });
  expect(counts(unified.report)).toEqual([3, 0, 0, 0, 0]);
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, work));
});

it('refuses to take a view back to an older lineage', async () => {
  const dir = makeFolder();
  const file = join(makeFolder(), 'u.db');
  await refreshUnified(file, { lineage, archives: dir });
  const before = readFileSync(file);
  await expect(refreshUnified(file, { lineage: lineageAt(lineage, 3), archives: dir })).rejects.toMatchObject(
    {
      code: 'VERSION_AHEAD',
      path: file,
    },
  );
  expect(readFileSync(file)).toEqual(before);
});

it.each([
  ['an archive', (file: string) => writeArchive(file, 1)],
  ['a text', (file: string) => writeFileSync(file, 'text')],
  ['an empty file', (file: string) => writeFileSync(file, '')],
  ['a folder', (file: string) => mkdirSync(file)],
])('does not touch %s in place of the view', async (_, write) => {
  const work = makeFolder();
  const file = join(work, 'u.db');
  write(file);
  const before = fingerprint(work);
  await expect(openUnified(file, { lineage, archives: makeFolder() })).rejects.toMatchObject({
    code: 'UNIFIED_FOREIGN',
    path: file,
  });
  expect(fingerprint(work)).toEqual(before);
});

it('names the view that cannot be made in a folder that is not there', async () => {
  const file = join(makeFolder(), 'missing', 'u.db');
  await expect(openUnified(file, { lineage, archives: makeFolder() })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    path: file,
  });
});

it('refuses the view of another lineage', async () => {
  const file = join(makeFolder(), 'u.db');
  const other = { ...lineage, migrations: lineage.migrations.map((it) => ({ ...it, sql: `${it.sql} --` })) };
  await refreshUnified(file, { lineage: other, archives: makeFolder() });
  await expect(refreshUnified(file, { lineage, archives: makeFolder() })).rejects.toMatchObject({
    code: 'UNIFIED_FOREIGN',
  });
});

it('says what the migrations say of rows that they cannot take', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), head);
  writeArchive(join(dir, 'b.db'), 1);
  const sql = `CREATE TABLE strict_sessions (id text NOT NULL, agent text NOT NULL CHECK (agent <> 'agent ${head}'));
    INSERT INTO strict_sessions SELECT * FROM sessions`;
  const next = { name: '0005_strict', sql, createdAtMs: 1_800_000_000_000 };
  const grown = { ...lineage, migrations: [...lineage.migrations, next] };
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage: grown, archives: dir });
  expect(unified.problems).toMatchObject([{ path, code: 'MIGRATION_FAILED' }]);
  for (const table of ['sessions', 'strict_sessions']) {
    expect(unified.sqlite.prepare(`SELECT agent FROM ${table}`).pluck().all()).toEqual(['agent 1']);
  }
});

it('reads what a crash left in a WAL, and half a commit as it was before, and touches neither', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  leaveWal(work, join(dir, 'wal.db'));
  leaveJournal(work, join(dir, 'journal.db'));
  const before = fingerprint(dir);
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  expect(unified.problems).toEqual([]);
  const { sessions } = unified.tables;
  const agents = unified.db.select({ agent: sessions.agent }).from(sessions).orderBy(sessions.agent).all();
  expect(agents).toEqual([{ agent: 'agent 2' }, { agent: 'in the WAL' }]);
  expect(fingerprint(dir)).toEqual(before);
});

function leaveWal(work: string, target: string): void {
  const path = writeArchive(join(work, 'wal.db'), 3);
  const sqlite = new Database(path);
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec(`UPDATE sessions SET agent = 'in the WAL'`);
  for (const suffix of ['', '-wal']) writeFileSync(target + suffix, readFileSync(path + suffix));
  sqlite.close();
}

/** A transaction larger than the page cache has written to the file already; the journal is the way back. */
function leaveJournal(work: string, target: string): void {
  const path = writeArchive(join(work, 'journal.db'), 2);
  const sqlite = new Database(path);
  sqlite.pragma('cache_size = 1');
  sqlite.exec(`BEGIN; UPDATE sessions SET agent = 'half done'`);
  for (let seq = 10; seq < 2000; seq++) {
    sqlite
      .prepare('INSERT INTO tool_calls (seq, session_id, tool) VALUES (?, ?, ?)')
      .run(seq, path, 'x'.repeat(99));
  }
  for (const suffix of ['', '-journal']) writeFileSync(target + suffix, readFileSync(path + suffix));
  sqlite.exec('ROLLBACK');
  sqlite.close();
}

it('leaves one file behind when it is closed', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  writeArchive(join(dir, 'a.db'), 1);
  const unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  unified.db.select().from(unified.archives).all();
  writeArchive(join(dir, 'b.db'), 1);
  await unified.refresh();
  expect(unified.db.select().from(unified.archives).all()).toHaveLength(2);
  expect(() => unified.sqlite.exec('DELETE FROM sessions')).toThrow(/readonly/);
  unified.close();
  expect(Object.keys(fingerprint(work))).toEqual(['u.db']);
});

it('reads again a live session that has grown in its WAL, and leaves it to its writer', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'live.db'), head);
  const writer = new Database(path);
  writer.pragma('journal_mode = WAL');
  writer.exec(`UPDATE sessions SET agent = 'one'`);
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
  expect(counts(await unified.refresh())).toEqual([0, 0, 0, 1, 0]);
  writer.exec(`UPDATE sessions SET agent = 'two'`);
  expect(counts(await unified.refresh())).toEqual([0, 1, 0, 0, 0]);
  expect(
    unified.db.select({ agent: unified.tables.sessions.agent }).from(unified.tables.sessions).all(),
  ).toEqual([{ agent: 'two' }]);
  // SQLite writes a WAL anew from its beginning: then only its time tells.
  utimesSync(`${path}-wal`, new Date(), new Date(Date.now() + 1000));
  expect(counts(await unified.refresh())).toEqual([0, 1, 0, 0, 0]);
  writer.exec(`UPDATE sessions SET agent = 'three'`);
  writer.close();
});

it('is filled anew when migrations are folded into a baseline, for versions then have other numbers', async () => {
  const dir = makeFolder();
  writeArchive(join(dir, 'a.db'), 3);
  const file = join(makeFolder(), 'u.db');
  await refreshUnified(file, { lineage, archives: dir });
  using unified = await openUnified(file, { lineage: squashLineage(lineage, 2), archives: dir });
  expect(counts(unified.report)).toEqual([1, 0, 0, 0, 0]);
  expect(unified.sqlite.prepare('SELECT DISTINCT _version FROM tool_calls').pluck().all()).toEqual([2]);
});
