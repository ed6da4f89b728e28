import { expect, it } from 'vitest';
import { defineLineage } from '../lineage/define-lineage.ts';
import { compileLens } from './compile-lens.ts';

const start = `CREATE TABLE notes (id text PRIMARY KEY, body text, mood text);
  CREATE VIRTUAL TABLE found USING fts5(body, content = 'notes');`;

function reasonFor(pending: string): string | undefined {
  const migrations = [start, pending].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  return compileLens(defineLineage({ name: 'notes', tables: {}, migrations }), 1).refusal?.reason;
}

it.each([
  ['gains a column', 'ALTER TABLE notes ADD stars integer'],
  ['loses one that is not indexed', 'ALTER TABLE notes DROP COLUMN mood'],
  ['has a column changed that is not indexed', "UPDATE notes SET mood = 'good' WHERE mood IS NULL"],
  ['is let alone', 'CREATE TABLE others (id integer PRIMARY KEY)'],
])('reads a full-text table in place while the table with its contents %s', (_what, pending) => {
  expect(reasonFor(pending)).toBeUndefined();
});

it.each([
  ['a column is renamed', 'ALTER TABLE notes RENAME COLUMN body TO text'],
  ['a text is changed', 'UPDATE notes SET body = upper(body)'],
  ['a row goes', "DELETE FROM notes WHERE mood = 'bad'"],
  [
    'rows get other rowids',
    'CREATE TABLE n (id text PRIMARY KEY, body text, mood text); INSERT INTO n SELECT id, body, mood FROM notes; DROP TABLE notes; ALTER TABLE n RENAME TO notes',
  ],
  ['it is called otherwise', 'ALTER TABLE notes RENAME TO texts'],
])('replays where the contents of a full-text table are others at head: %s', (_what, pending) => {
  expect(reasonFor(pending)).toMatch(/contents of found lie in notes/);
});
