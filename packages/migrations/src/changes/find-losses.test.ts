import { expect, it } from 'vitest';
import { lineageOf } from '../testing/test-lineage.ts';
import { findLosses } from './find-losses.ts';

const base =
  'CREATE TABLE "Notes" (id integer PRIMARY KEY, body text, stars real); CREATE TABLE tags (name text);';

const rebuild = (columns: string, select: string, from = '`Notes`') => `CREATE TABLE __new_Notes (${columns});
  INSERT INTO __new_Notes SELECT ${select} FROM ${from}; DROP TABLE Notes; ALTER TABLE __new_Notes RENAME TO Notes;`;

const lossesOf = (...sql: string[]) =>
  findLosses(lineageOf([base, ...sql]), 1).map((it) => `${it.kind}: ${it.what}`);

it('names dropped tables and columns', () => {
  expect(lossesOf('DROP TABLE tags;', 'ALTER TABLE Notes DROP COLUMN body;')).toEqual([
    'table dropped: tags',
    'column dropped: notes.body',
  ]);
});

it.each([
  ['an added column', 'ALTER TABLE Notes ADD extra text DEFAULT 1;'],
  ['a renamed column', 'ALTER TABLE Notes RENAME COLUMN body TO text;'],
  ['a renamed table', 'ALTER TABLE Notes RENAME TO "Old Notes";'],
  [
    'a rebuild that keeps all',
    rebuild('id integer PRIMARY KEY, body text NOT NULL, stars real', 'id, body, stars'),
  ],
  ['new rows', "INSERT INTO tags SELECT body FROM Notes WHERE id > 1; INSERT INTO tags VALUES ('x');"],
  ['changed values', 'UPDATE Notes SET body = upper(body);'],
  ['a column made for text', rebuild('id text, body text, stars real', 'id, body, stars')],
])('finds no loss in %s', (_title, sql) => expect(lossesOf(sql)).toEqual([]));

it.each([
  ['DELETE', 'DELETE FROM Notes WHERE id > 3;', 'rows deleted: notes'],
  ['REPLACE', 'INSERT OR REPLACE INTO "Notes" VALUES (1, 2, 3);', 'rows deleted: notes'],
  ['UPDATE OR REPLACE', 'UPDATE OR REPLACE Notes SET id = 1;', 'rows deleted: notes'],
  [
    'a rebuild with WHERE',
    rebuild('id integer PRIMARY KEY, body text, stars real', 'id, body, stars', 'Notes WHERE id > 1'),
    'rows deleted: notes',
  ],
  [
    'a rebuild that forgets a column',
    rebuild('id integer PRIMARY KEY, stars real', 'id, stars'),
    'column dropped: notes.body',
  ],
  [
    'a rebuild to a number',
    rebuild('id integer PRIMARY KEY, body integer, stars real', 'id, body, stars'),
    'column narrowed: notes.body',
  ],
])('finds the loss in %s', (_title, sql, loss) => {
  expect(lossesOf(sql)).toEqual([loss]);
});

it('follows a column through a rename before it is dropped, and counts only what is pending', () => {
  const sql = [base, 'ALTER TABLE Notes RENAME COLUMN body TO text; ALTER TABLE Notes DROP COLUMN text;'];
  expect(findLosses(lineageOf(sql), 1)).toEqual([
    { migration: '0001_step', kind: 'column dropped', what: 'notes.body' },
  ]);
  expect(findLosses(lineageOf(sql), 2)).toEqual([]);
});
