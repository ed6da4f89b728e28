import { copyFileSync, readFileSync } from 'node:fs';
import { replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, describe as group, it } from 'vitest';
import { openImage } from '../file/open-database.ts';
import { openArchive, upgradeArchive } from '../index.ts';
import { inspectAtRest, openSource } from '../source/index.ts';
import { describe, lineageOf, writeOld } from '../testing/patched-files.ts';
import { verifyRows } from './verify-rows.ts';

const child = (action: string) => `CREATE TABLE own (id integer PRIMARY KEY, run REFERENCES runs ${action});
  INSERT INTO own (run) VALUES ('r1'), ('r2')`;
const found = "CREATE VIRTUAL TABLE own USING fts5(agent, content='runs')";
const filled = `${found}; INSERT INTO own (own) VALUES ('rebuild')`;
const unread = (module: string) => `PRAGMA writable_schema = ON;
  INSERT INTO sqlite_schema VALUES ('table', 'own', 'own', 0, 'CREATE VIRTUAL TABLE own USING ${module}');
  PRAGMA writable_schema = OFF; CREATE TABLE own_content (k, v); INSERT INTO own_content VALUES (1, 'x')`;

const gone = "DELETE FROM runs WHERE id = 'r1'";
/** Not what a patch can do. */
const counted = "INSERT INTO notes SELECT changes() || 'n'";

group.each(['counts', 'full'] as const)('with the verification of %s', (verify) => {
  it.each([
    ['a child whose rows go with their parents', gone, child('ON DELETE CASCADE')],
    ['a child whose rows lose their parents', gone, child('ON DELETE SET NULL')],
    [
      'a child of a child',
      gone,
      `${child('ON DELETE CASCADE')}; CREATE TABLE grand (own REFERENCES own ON DELETE CASCADE);
       INSERT INTO grand VALUES (1), (2)`,
    ],
    [
      'a child of a child of the lineage',
      gone,
      'CREATE TABLE own (call REFERENCES calls ON DELETE CASCADE); INSERT INTO own VALUES (1)',
    ],
    ['an index of words over a table that loses rows', gone, filled],
    ['an index of words over a table that gets others', "UPDATE runs SET agent = 'x'", filled],
    ['an index of words over a column that goes', 'ALTER TABLE runs RENAME agent TO name', filled],
    ['an index of words over a table that goes', 'ALTER TABLE runs RENAME TO sessions', filled],
    ['a table of a module that is not here', 'ALTER TABLE runs ADD model', unread('vec0(x)')],
    ['a table of a module that is not here, beside rows that change', gone, unread('vec0(x)')],
    ['a table of a module that is not here, where a replay must be', counted, unread('vec0(x)')],
    ['words of FTS4 over a table that loses rows', gone, filled.replace('fts5', 'fts4')],
    ['a table that a migration drops if it is there', 'DROP TABLE IF EXISTS own', 'CREATE TABLE own (x)'],
    [
      'an index that a migration drops if it is there',
      'DROP INDEX IF EXISTS own',
      'CREATE INDEX own ON runs (agent)',
    ],
    [
      'a view that a migration drops if it is there',
      'DROP VIEW IF EXISTS own; ALTER TABLE notes ADD x',
      'CREATE VIEW own AS SELECT 1',
    ],
  ])('brings a file to head beside %s', async (_title, pending, more) => {
    const lineage = lineageOf(pending);
    const path = writeStrange(lineage, more);
    copyFileSync(path, `${path}.second`);
    const replayed = openImage(readFileSync(path));
    replayMigrations(replayed, lineage);
    for (const file of [path, `${path}.second`]) {
      await upgradeArchive(file, { lineage, acceptLoss: true, verify });
      using archive = openArchive(file, { lineage });
      expect(describe(archive.sqlite)).toEqual(describe(replayed));
    }
    replayed.close();
  });

  it.each([gone, 'ALTER TABLE runs ADD model', counted])(
    'brings a file to head beside words that a tokenizer of its own has made: %s',
    async (pending) => {
      const lineage = lineageOf(pending);
      const path = writeStrange(lineage, unread("fts5(x, tokenize=''t'')"));
      await upgradeArchive(path, { lineage, acceptLoss: true, verify });
      using archive = openArchive(path, { lineage });
      const kept = archive.sqlite.prepare("SELECT v FROM own_content, sqlite_schema WHERE name = 'own'");
      expect(kept.pluck().all()).toEqual(['x']);
    },
  );
});

it.each([
  ['has lost a row', 'DELETE FROM own WHERE id = 2', 'own'],
  ['is of a module that is not here, and has lost a row', 'DELETE FROM kept_content', 'kept_content'],
])("sees that a table of the file's own %s", (_title, damage, table) => {
  const lineage = lineageOf(gone);
  const kept = unread('vec0(x)').replaceAll('own', 'kept');
  const path = writeStrange(lineage, `${child('ON DELETE CASCADE')}; ${kept}`);
  const upgraded = openImage(readFileSync(path));
  replayMigrations(upgraded, lineage);
  const state = inspectAtRest(path);
  const verify = () =>
    verifyRows(upgraded, () => openSource(path, state), {
      lineage,
      path,
      state,
      verify: 'counts',
      version: 1,
    });
  expect(verify).not.toThrow();
  upgraded.exec(damage);
  expect(verify).toThrow(expect.objectContaining({ code: 'UPGRADE_MISMATCH', details: { table } }));
  upgraded.close();
});

function writeStrange(lineage: ReturnType<typeof lineageOf>, more: string): string {
  const path = writeOld(lineage, '');
  const sqlite = new Database(path).unsafeMode(true);
  sqlite.exec(more);
  sqlite.close();
  return path;
}
