import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { expect, expectTypeOf, it } from 'vitest';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { openUnified } from './open-unified.ts';

const tableNames = ['sessions', 'tags', 'tool_calls'];

function writeArchives(dir: string): string[] {
  return Array.from({ length: 12 }, (_, at) =>
    writeArchive(join(dir, `${at % 3}`, `${String(at).padStart(2, '0')}.db`), (at % head) + 1),
  ).sort();
}

/** What the unified tables must hold: each archive copied, upgraded by replay, and read. */
function unionOfUpgraded(paths: readonly string[], dir: string): Record<string, unknown[]> {
  const union: Record<string, unknown[]> = Object.fromEntries(tableNames.map((name) => [name, []]));
  for (const path of paths) {
    const copy = join(dir, 'oracle.db');
    copyFileSync(path, copy);
    const sqlite = new Database(copy);
    const { from } = replayMigrations(sqlite, lineage);
    for (const name of tableNames) {
      const rows = sqlite.prepare(`SELECT * FROM ${name} ORDER BY rowid`).raw().all() as unknown[][];
      union[name]?.push(...rows.map((row) => [path, from, ...row]));
    }
    sqlite.close();
    rmSync(copy);
  }
  return union;
}

function readUnion(sqlite: Database.Database): Record<string, unknown[]> {
  const read = (name: string) =>
    sqlite
      .prepare(
        `SELECT a.path, t.* FROM ${name} t JOIN _archives a ON a.id = t._archive ORDER BY a.path, t.rowid`,
      )
      .raw()
      .all()
      .map((row) => (row as unknown[]).toSpliced(1, 1));
  return Object.fromEntries(tableNames.map((name) => [name, read(name)]));
}

it('holds the union of every archive physically upgraded, and leaves the archives as they are', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = writeArchives(dir);
  const before = fingerprint(dir);
  using unified = await openUnified(join(work, 'unified.db'), { lineage, archives: dir });
  expect(unified.problems).toEqual([]);
  expect(unified.report).toMatchObject({ added: 12, changed: 0, removed: 0, unchanged: 0 });
  expect(readUnion(unified.sqlite)).toEqual(unionOfUpgraded(paths, work));
  expect(fingerprint(dir)).toEqual(before);
});

it('answers typed queries over tables and relations', async () => {
  const dir = makeFolder();
  const paths = writeArchives(dir);
  using unified = await openUnified(join(makeFolder(), 'unified.db'), { lineage, archives: dir });
  const { toolCalls } = unified.tables;
  const rows = unified.db
    .select({ path: unified.archives.path, tool: toolCalls.toolName, failed: toolCalls.failed })
    .from(toolCalls)
    .innerJoin(unified.archives, eq(unified.archives.id, toolCalls._archive))
    .where(eq(toolCalls.seq, 2))
    .orderBy(unified.archives.path)
    .all();
  expectTypeOf(rows).toEqualTypeOf<{ path: string; tool: string; failed: boolean }[]>();
  expect(rows).toEqual(paths.map((path) => ({ path, tool: 'read', failed: false })));
  // @ts-expect-error no such column
  toolCalls.toolNam;
  const nested = unified.db.query.sessions
    .findMany({ with: { toolCalls: true }, orderBy: (session) => session.id })
    .sync();
  expect(nested.map((session) => session.toolCalls.length)).toEqual(paths.map(() => 3));
  const call = unified.db.query.toolCalls.findFirst({ with: { session: true } }).sync();
  expect(call?.session._archive).toBe(call?._archive);
  expectTypeOf(call?.session.agent).toEqualTypeOf<string | undefined>();
});

it('passes over an archive that cannot be read, and says why', async () => {
  const dir = makeFolder();
  writeArchives(dir);
  writeFileSync(join(dir, 'notes.db'), 'some notes');
  writeFileSync(join(dir, 'README'), 'some notes');
  const foreign = new Database(join(dir, 'foreign'));
  foreign.exec('CREATE TABLE other (id); PRAGMA application_id = 42');
  foreign.close();
  using unified = await openUnified(join(makeFolder(), 'unified.db'), { lineage, archives: dir });
  expect(unified.problems.map(({ path, code }) => [path, code])).toEqual([
    [join(dir, 'notes.db'), 'FILE_NOT_A_DATABASE'],
    [join(dir, 'foreign'), 'VERSION_FOREIGN'],
  ]);
  expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(12);
});
