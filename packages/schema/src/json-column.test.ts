import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { json, jsonRecord, jsonValue } from './index.ts';

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

const shapes = sqliteTable('shapes', {
  id: integer('id').primaryKey(),
  record: json('record', z.record(z.string(), z.json())),
  object: json('object', z.object({ name: z.string(), note: z.string().optional() })),
  loose: json('loose', z.looseObject({ name: z.string() })),
  any: json('any', z.any()),
  trimmed: json('trimmed', z.array(z.string().trim())),
});

const ring: unknown[] = [];
ring.push(ring);

it.each([
  [
    'a key that its schema does not know',
    'object',
    { name: 'a', nmae: 'b' },
    /^object\.nmae: is not in the schema/,
  ],
  [
    'a key __proto__ that its schema would drop',
    'record',
    JSON.parse('{"__proto__":1}'),
    /^record\.__proto__: /,
  ],
  ['a date, which would come back as a text', 'any', { at: new Date(0) }, /^any\.at: is of class Date/],
  ['a number that JSON has no word for', 'any', [Number.NaN], /^any\.0: is not a finite number/],
  ['a value that refers to itself', 'any', ring, /refers to itself/],
  ['the same where the schema runs out of stack', 'record', { ring }, /refers to itself/],
])('refuses %s', (_, column, value, message) => {
  const written = () => shapes[column as 'any'].mapToDriverValue(value);
  expect(written).toThrow(expect.objectContaining({ code: 'JSON_INVALID' }));
  expect(written).toThrow(message);
});

it.each([
  ['a key that a loose schema keeps', 'loose', { name: 'a', more: [1] }, '{"name":"a","more":[1]}'],
  ['an optional key without a value', 'object', { name: 'a', note: undefined }, '{"name":"a"}'],
  ['what its schema makes of a value', 'trimmed', [' a '], '["a"]'],
  ['half a surrogate pair, escaped', 'any', '\ud83d', '"\\ud83d"'],
])('writes %s', (_, column, value, text) => {
  expect(shapes[column as 'any'].mapToDriverValue(value)).toBe(text);
});

it('keeps exactly what it is given where any JSON will do', () => {
  const text = '{"__proto__":{"a":1},"b":[null,true,"\\ud83d"]}';
  for (const schema of [jsonValue, jsonRecord]) {
    const column = sqliteTable('x', { value: json('value', schema) }).value;
    expect(column.mapToDriverValue(JSON.parse(text))).toBe(text);
  }
});
