import { copyFileSync, readFileSync } from 'node:fs';
import { defineLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openArchive, upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { lineageOf, start, writeOld } from '../testing/patched-files.ts';

const found = "CREATE VIRTUAL TABLE found USING fts5(agent, content='runs')";

it.each([
  ['that is dropped unread', '', undefined],
  [
    'that is read before it is dropped',
    "DELETE FROM notes WHERE id IN (SELECT agent FROM found('one'));",
    'FILE_CORRUPT',
  ],
  [
    'that is written before it is dropped',
    "INSERT INTO found (rowid, agent) VALUES (3, 'x');",
    'FILE_CORRUPT',
  ],
])('looks into a full-text table only if it matters what it holds: one %s', async (_title, before, code) => {
  const sql = [
    `${start} ${found};`,
    `${before} DROP TABLE found; ${found}; INSERT INTO found (found) VALUES ('rebuild')`,
  ];
  const migrations = sql.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const lineage = defineLineage({ name: 'found', tables: {}, migrations });
  const path = writeOld(lineage, "INSERT INTO found (found) VALUES ('rebuild')");
  const sqlite = new Database(path).unsafeMode(true);
  sqlite.exec('DELETE FROM found_data WHERE id > 10');
  sqlite.close();
  const upgraded = upgradeArchive(path, { lineage, acceptLoss: true });
  if (code !== undefined) expect(await rejectionOf(upgraded)).toMatchObject({ code });
  else expect(await upgraded).toMatchObject({ how: 'patched' });
});

it('replays what a trigger of the file would notice, and does not set it off', async () => {
  const lineage = lineageOf('UPDATE runs SET began = 7');
  const path = writeOld(
    lineage,
    'CREATE TRIGGER own AFTER UPDATE ON runs BEGIN DELETE FROM notes; END; INSERT INTO notes VALUES (1)',
  );
  copyFileSync(path, `${path}.copy`);
  expect(await upgradeArchive(path, { lineage })).toMatchObject({ how: 'replayed' });
  using archive = openArchive(path, { lineage });
  expect(archive.sqlite.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(1);
});

const orphan = "PRAGMA foreign_keys = OFF; INSERT INTO calls (run_id, took) VALUES ('none', 1)";

it.each([
  ['in memory', ''],
  ['as a file', '; CREATE TABLE own (x); INSERT INTO own VALUES (zeroblob(1200000))'],
])('lets a row be without its parent that was so before, and no other: %s', async (_title, more) => {
  const lineage = lineageOf('UPDATE calls SET took = 7');
  const orphaning = lineageOf("INSERT INTO calls (run_id, took) VALUES ('gone', 2)");
  // Of the second it is known that the first had such rows.
  for (const _which of ['first', 'second']) {
    const path = writeOld(lineage, orphan + more);
    expect(await upgradeArchive(path, { lineage })).toMatchObject({ how: 'patched' });
    const other = writeOld(orphaning, orphan + more);
    const before = readFileSync(other);
    const { code } = await rejectionOf(upgradeArchive(other, { lineage: orphaning }));
    expect(code).toBe('MIGRATION_BREAKS_REFERENCES');
    expect(readFileSync(other).equals(before)).toBe(true);
  }
});

it('patches a file where tables get other names that a row without a parent is in, or lacks', async () => {
  const renames = 'ALTER TABLE runs RENAME TO sessions; ALTER TABLE calls RENAME TO tool_calls';
  const rebuild = `CREATE TABLE __new_calls (id integer PRIMARY KEY, run_id text REFERENCES sessions(id), took real);
    INSERT INTO __new_calls SELECT id, run_id, took + 1 FROM tool_calls; DROP TABLE tool_calls; ALTER TABLE __new_calls RENAME TO tool_calls`;
  const lineage = lineageOf(`${renames} --- UPDATE tool_calls SET took = 7 --- ${rebuild}`);
  const orphaning = lineageOf(`${renames} --- INSERT INTO tool_calls (run_id) VALUES ('gone')`);
  for (const _which of ['first', 'second'])
    expect(await upgradeArchive(writeOld(lineage, orphan), { lineage })).toMatchObject({ how: 'patched' });
  expect(
    await rejectionOf(upgradeArchive(writeOld(orphaning, orphan), { lineage: orphaning })),
  ).toMatchObject({ code: 'MIGRATION_BREAKS_REFERENCES' });
});
