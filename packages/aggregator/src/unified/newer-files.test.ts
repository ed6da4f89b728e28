import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { census } from '../census/index.ts';
import { queryArchives } from '../query/index.ts';
import { makeFolder, uuidOf, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

/** What a service knows that was not updated since version 3. */
const older = defineLineage({ ...lineageAt(lineage, 3), tables: {} });
const callsSql = `SELECT _version || ' ' || tool_name || ' ' || failed FROM tool_calls ORDER BY _archive, seq`;
const tools = ['grep', 'read', 'write'];

/** Archives of all versions, each with a session of its own and three tool calls. */
function writeFleet(): { dir: string; paths: string[] } {
  const dir = makeFolder();
  const paths = Array.from({ length: head }, (_, at) =>
    writeArchive(join(dir, `${at}.db`), at + 1, uuidOf(at)),
  );
  return { dir, paths };
}

/** An archive of code that went on from version 3 in a way that no longer has what version 3 knows. */
function writeOther(path: string, sql: string): string {
  const next = { name: '0003_other', sql, createdAtMs: 1_700_000_001_000 };
  const sqlite = new Database(path);
  replayMigrations(sqlite, { ...older, migrations: [...older.migrations, next] });
  sqlite.prepare('INSERT INTO sessions (id, agent) VALUES (?, ?)').run(path, 'other');
  sqlite.close();
  return path;
}

it('reads what it knows of newer archives in a census, a query and a view, and refuses them unless asked', async () => {
  const { dir, paths } = writeFleet();
  const newer = paths.slice(3);
  const everyCall = [1, 2, 3, 4, 5].flatMap((version) => tools.map((tool) => [`${version} ${tool} 0`]));

  const counted = census(dir, { lineage: older, newer: 'additive' });
  expect(counted.problems).toEqual([]);
  expect(counted.versions.map(({ version, migration }) => [version, migration])).toEqual([
    [1, '0000_step'],
    [2, '0001_step'],
    [3, '0002_step'],
    [4, undefined],
    [5, undefined],
  ]);
  const answer = await queryArchives(dir, callsSql, { lineage: older, newer: 'additive' });
  expect(answer).toMatchObject({ rows: everyCall, problems: [] });
  using unified = await openUnified(join(makeFolder(), 'u.db'), {
    lineage: older,
    archives: dir,
    newer: 'additive',
  });
  expect(unified.problems).toEqual([]);
  expect(unified.sqlite.prepare(callsSql).raw().all()).toEqual(everyCall);

  const refused = await queryArchives(dir, callsSql, { lineage: older });
  expect(refused.rows).toEqual(everyCall.slice(0, 9));
  const ahead = newer.map((path) => ({ path, code: 'VERSION_AHEAD' }));
  expect(refused.problems).toMatchObject(ahead);
  expect(census(dir, { lineage: older }).problems).toMatchObject(ahead);
});

it.each([
  ['a column is gone', 'ALTER TABLE tool_calls DROP COLUMN failed', /has no tool_calls\.failed any more/],
  ['a table is gone', 'DROP TABLE tool_calls', /has no tool_calls\.seq, .*tool_calls\.tool_name/],
  [
    'a column has another type',
    `CREATE TABLE n (id text PRIMARY KEY NOT NULL, agent integer NOT NULL);
     DROP TABLE sessions; ALTER TABLE n RENAME TO sessions`,
    /has sessions\.agent of another type/,
  ],
  [
    'a column may be NULL',
    `CREATE TABLE n (id text PRIMARY KEY NOT NULL, agent text);
     DROP TABLE sessions; ALTER TABLE n RENAME TO sessions`,
    /has sessions\.agent of another type, or with NULL/,
  ],
])('names a newer archive in which %s, and reads the others', async (_, sql, said) => {
  const { dir } = writeFleet();
  const path = writeOther(join(dir, 'other.db'), sql);
  const options = { lineage: older, newer: 'additive' } as const;
  const answer = await queryArchives(dir, 'SELECT id FROM sessions', options);
  expect(answer.rows).toHaveLength(head);
  const problem = [{ path, code: 'VERSION_AHEAD', message: expect.stringMatching(said) }];
  expect(answer.problems).toMatchObject(problem);
  expect(census(dir, options).problems).toMatchObject(problem);
  using unified = await openUnified(join(makeFolder(), 'u.db'), { ...options, archives: dir });
  expect(unified.problems).toMatchObject(problem);
});

it('shows in a view what is asked for now, however it was read before', async () => {
  const { dir } = writeFleet();
  const file = join(makeFolder(), 'u.db');
  const count = async (newer: 'refuse' | 'additive') => {
    using unified = await openUnified(file, { lineage: older, archives: dir, newer });
    const rows = unified.sqlite.prepare('SELECT count(*) FROM tool_calls').pluck().get();
    return [rows, unified.problems.length];
  };
  for (const [newer, expected] of [
    ['refuse', [9, 2]],
    ['additive', [15, 0]],
    ['additive', [15, 0]],
    ['refuse', [9, 2]],
  ] as const)
    expect(await count(newer)).toEqual(expected);
});

it('reads newer archives in full once the lineage has their migrations, as if it always had', async () => {
  const { dir, paths } = writeFleet();
  const file = join(makeFolder(), 'u.db');
  (await openUnified(file, { lineage: older, archives: dir, newer: 'additive' })).close();
  using unified = await openUnified(file, { lineage, archives: dir, newer: 'additive' });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, makeFolder()));
});

it('takes newer archives from the processes that read beside it', async () => {
  const { dir } = writeFleet();
  for (let at = head; at < 24; at++) writeArchive(join(dir, `${at}.db`), (at % head) + 1, uuidOf(at));
  const options = { lineage: older, archives: dir, newer: 'additive', jobs: 2 } as const;
  using unified = await openUnified(join(makeFolder(), 'u.db'), options);
  expect(unified.problems).toEqual([]);
  expect(unified.sqlite.prepare('SELECT count(*) FROM tool_calls').pluck().get()).toBe(72);
});

it('does not take what it holds of a gone archive of newer code for all that this had', async () => {
  const { dir, paths } = writeFleet();
  const file = join(makeFolder(), 'u.db');
  const options = { archives: dir, newer: 'additive', gone: 'keep' } as const;
  const unified = await openUnified(file, { lineage: older, ...options });
  rmSync(paths[4] as string);
  await unified.refresh();
  unified.close();
  await expect(openUnified(file, { lineage, ...options })).rejects.toMatchObject({
    code: 'UNIFIED_STUCK',
    message: expect.stringMatching(/newer code/),
  });
});
