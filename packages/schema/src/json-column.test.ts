import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { json } from './index.ts';

const notes = sqliteTable('notes', {
  id: integer('id').primaryKey(),
  body: json('body_json', z.object({ tags: z.array(z.object({ name: z.string() })) })).notNull(),
  extra: json('extra', z.json()),
});

function openNotes() {
  const sqlite = new Database(':memory:');
  sqlite.exec('CREATE TABLE notes (id integer PRIMARY KEY, body_json text NOT NULL, extra text)');
  return { sqlite, db: drizzle(sqlite, { schema: { notes } }) };
}

it('returns what was written, with the type of its zod schema', () => {
  const { db, sqlite } = openNotes();
  db.insert(notes)
    .values({ body: { tags: [{ name: 'a' }] }, extra: [1, 'x', null] })
    .run();
  const row = db.select().from(notes).get();
  expect(row).toEqual({ id: 1, body: { tags: [{ name: 'a' }] }, extra: [1, 'x', null] });
  expectTypeOf<NonNullable<typeof row>['body']>().toEqualTypeOf<{ tags: { name: string }[] }>();
  expect(sqlite.prepare('SELECT typeof(body_json), extra FROM notes').raw().get()).toEqual([
    'text',
    '[1,"x",null]',
  ]);
});

it('names the column and the path inside the value when plain Drizzle writes a wrong one', () => {
  const { db, sqlite } = openNotes();
  const wrong = { tags: [{ name: 'a' }, { name: 7 }] } as unknown as { tags: { name: string }[] };
  const insert = () => db.insert(notes).values({ body: wrong }).run();
  expect(insert).toThrow(expect.objectContaining({ code: 'JSON_INVALID' }));
  expect(insert).toThrow(/^body_json\.tags\.1\.name: /);
  expect(sqlite.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(0);
});
