import { join } from 'node:path';
import { openArchive } from '@varve/core';
import { defineLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeFolder } from '../testing/archives.ts';
import { writeSampleArchives } from '../testing/lineage-archives.ts';
import { openUnified } from '../unified/open-unified.ts';
import { queryArchives } from './query-archives.ts';
import { runQuery } from './run-query.ts';
import { findPlaceBound } from './same-everywhere.ts';

const steps = [
  'CREATE TABLE notes (body text, n integer); CREATE TABLE keyed (oid integer, body text); CREATE VIRTUAL TABLE words USING fts5(body)',
  "UPDATE notes SET body = body || '!'",
];
const migrations = steps.map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: at + 1 }));
const lineage = defineLineage({ name: 'places', tables: {}, migrations });

it.each([
  'SELECT rowid FROM notes',
  'SELECT n.OID, body FROM notes AS n',
  'SELECT * FROM (SELECT body FROM notes WHERE _rowid_ = 1)',
  'SELECT * FROM main.notes',
  'SELECT main.notes.body FROM notes',
  'SELECT * FROM "main" . notes',
  'SELECT * FROM temp.notes',
  'SELECT known_by_the_connection_alone(rowid) FROM notes',
])('refuses %s, however the file is read', async (sql) => {
  const dir = makeFolder();
  const paths = writeSampleArchives({ lineage, from: 1, rows: ["INSERT INTO notes VALUES ('a', 1)"] }, dir);
  const refused = expect.objectContaining({ code: expect.stringMatching(/SQL_(REFUSED|FAILED)/) });
  for (const path of paths) {
    using archive = openArchive(path, { lineage });
    archive.sqlite.function('known_by_the_connection_alone', (value: unknown) => value);
    expect(() => runQuery(archive.sqlite, sql)).toThrow(refused);
  }
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
  expect(() => runQuery(unified.sqlite, sql)).toThrow(refused);
  await expect(queryArchives(dir, sql, { lineage })).rejects.toThrow(refused);
});

it.each([
  'SELECT oid FROM keyed',
  'SELECT body AS rowid FROM notes ORDER BY rowid',
  'SELECT main.body FROM notes AS main',
  "SELECT 'rowid', 'main.x' FROM notes",
  'SELECT w.rowid, n.body FROM words w JOIN notes n ON n.n = w.rowid WHERE words MATCH 1',
])('takes %s, where these words mean something else', (sql) => {
  const sqlite = new Database(':memory:');
  for (const step of steps) sqlite.exec(step);
  expect(findPlaceBound(sqlite, sql)).toBeUndefined();
  sqlite.close();
});
