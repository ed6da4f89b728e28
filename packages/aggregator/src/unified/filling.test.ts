import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';
import { readUnified } from './read-unified.ts';
import { refreshUnified } from './refresh-unified.ts';

const minuteMs = 60_000;

/** A view as a refresh leaves it that ends before its end, and was begun some time after 1970. */
async function leaveFilling(startedAtMs: number) {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = [writeArchive(join(dir, 'a.db'), 1), writeArchive(join(dir, 'b.db'), 3)];
  const file = join(work, 'u.db');
  await refreshUnified(file, { lineage, archives: dir });
  const sqlite = new Database(file);
  sqlite.exec(`DROP INDEX tool_name_idx; PRAGMA user_version = ${Math.floor(startedAtMs / minuteMs)}`);
  sqlite.close();
  return { dir, work, paths, file };
}

it.each([
  ['goes on where a process died', Date.now() + minuteMs, { added: 0, unchanged: 2 }],
  ['begins anew after the machine went down', minuteMs, { added: 2, unchanged: 0 }],
])('%s, and makes the indexes at the end', async (_, startedAtMs, report) => {
  const { dir, work, paths, file } = await leaveFilling(startedAtMs);
  using unified = await openUnified(file, { lineage, archives: dir });
  expect(unified.report).toMatchObject({ ...report, problems: [] });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, work));
  expect(unified.sqlite.pragma('user_version', { simple: true })).toBe(0);
  const indexes = unified.sqlite
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
    .pluck()
    .all();
  expect(indexes).toEqual(expect.arrayContaining(['tool_name_idx', 'tool_calls_ordinal_idx']));
});

it('gives no answers from a view that is not filled', async () => {
  const { file } = await leaveFilling(Date.now() + minuteMs);
  expect(() => readUnified(file)).toThrow(
    expect.objectContaining({ code: 'UNIFIED_UNFINISHED', path: file }),
  );
});
