import { expect, test } from 'vitest';
import { openMemory } from '../driver/index.ts';
import { readSchema } from '../replay/index.ts';
import { splitStatements } from '../sql/index.ts';
import { SchemaFollower } from './schema-follower.ts';

/** Plain ones first: beside a view or a trigger an ALTER is not followed by its table alone. */
const statements = splitStatements(`
  CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT);
  CREATE TABLE IF NOT EXISTS notes (other TEXT);
  CREATE TABLE tags (id INTEGER PRIMARY KEY, note INTEGER REFERENCES notes (id), label TEXT UNIQUE);
  CREATE INDEX notes_body ON notes (body);
  ALTER TABLE notes ADD COLUMN tag TEXT DEFAULT 'none';
  ALTER TABLE NOTES ADD more TEXT;
  ALTER TABLE main.tags ADD colour TEXT;
  DROP INDEX notes_body;
  CREATE UNIQUE INDEX notes_tag ON notes (tag);
  ALTER TABLE tags RENAME COLUMN label TO "add";
  ALTER TABLE notes RENAME TO "add";
  ALTER TABLE "add" ADD last TEXT;
  CREATE TABLE copied AS SELECT id, label AS body FROM (SELECT id, "add" AS label FROM tags);
  CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash TEXT);
  CREATE TEMP TABLE tags (id);
  ALTER TABLE tags ADD hidden TEXT;
  DROP TABLE temp.tags;
  DROP TABLE copied;
  CREATE VIRTUAL TABLE found USING fts5 (body);
  CREATE VIEW labels AS SELECT "add" FROM tags;
  CREATE TRIGGER told AFTER INSERT ON tags BEGIN INSERT INTO found (body) VALUES (new."add"); END;
  ALTER TABLE tags ADD beside TEXT;
  ALTER TABLE tags RENAME TO labels_of;
  DROP TABLE found;
  CREATE INDEX last_one ON labels_of (beside);
`);

test('after each statement, the schema is what a look at all of it finds', () => {
  const sqlite = openMemory();
  const follower = new SchemaFollower(sqlite);
  expect(follower.read()).toEqual([]);
  for (const statement of statements) {
    sqlite.exec(statement.text);
    expect(follower.read(statement), statement.text).toEqual(readSchema(sqlite));
  }
});

test('what a statement leaves as it was is the same object as before it', () => {
  const sqlite = openMemory();
  const follower = new SchemaFollower(sqlite);
  const shapes = statements.slice(0, 12).map((statement) => {
    sqlite.exec(statement.text);
    return follower.read(statement);
  });
  const [, , three = [], , five = []] = shapes;
  expect(five.filter((object) => three.includes(object)).map(({ name }) => name)).toEqual(['tags']);
});
