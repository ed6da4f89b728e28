import { freezeArchive, openArchive } from '@varve/core';
import { defineLineage, lineageAt } from '@varve/migrations';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { examineGolden, makeTestFolder } from './index.ts';

const sessions = sqliteTable('sessions', { id: text('id').primaryKey(), agent: text('agent') });
const notes = sqliteTable('notes', {
  id: integer('id').primaryKey(),
  body: text('body'),
  tag: text('tag'),
});
const tables = { sessions, notes };
const created = `CREATE TABLE sessions (id text PRIMARY KEY, agent text);
  CREATE TABLE notes (id integer PRIMARY KEY, body text, tag text);`;

const mirror = (into: string) => `CREATE TRIGGER mirror AFTER INSERT ON notes BEGIN ${into}; END;`;
const addText = mirror('INSERT INTO words (rowid, body) VALUES (new.id, new.body)');
const virtual = {
  'full text of its own': `CREATE VIRTUAL TABLE words USING fts5(body); ${addText}`,
  'full text over another table': `CREATE VIRTUAL TABLE words USING fts5(body, content='notes', content_rowid='id'); ${addText}`,
  'full text without content': `CREATE VIRTUAL TABLE words USING fts5(body, content=''); ${addText}`,
  'an rtree': `CREATE VIRTUAL TABLE area USING rtree(id, x0, x1); ${mirror('INSERT INTO area VALUES (new.id, 1, length(new.body))')}`,
};

const pending = [
  [],
  ['ALTER TABLE notes ADD stars integer DEFAULT 1', "UPDATE notes SET tag = 'x' WHERE tag IS NULL"],
  ['UPDATE notes SET body = upper(body)'],
  ['DROP TRIGGER mirror', 'DROP TABLE IF EXISTS words'],
  ['CREATE VIRTUAL TABLE late USING fts5(body)', 'INSERT INTO late (rowid, body) SELECT id, body FROM notes'],
  [
    'CREATE TABLE n (id integer PRIMARY KEY, body text, tag text); INSERT INTO n SELECT * FROM notes; DROP TABLE notes; ALTER TABLE n RENAME TO notes',
  ],
];

it.each(Object.entries(virtual))(
  'a golden archive with %s is frozen, and examined after each kind of change',
  async (_what, made) => {
    for (const steps of pending) {
      const migrations = [created + made, ...steps].map((sql, at) => ({
        name: `000${at}_step`,
        sql,
        createdAtMs: at + 1,
      }));
      const lineage = defineLineage({ name: 'virtual', tables, migrations });
      const path = await freezeArchive(makeTestFolder(), {
        lineage: { ...lineageAt(lineage, 1), tables },
        session: { id: 'one', agent: 'golden' },
        record(session) {
          session.record(notes, { body: 'hello world', tag: 'a' });
          session.record(notes, { body: 'again', tag: null });
        },
      });
      expect({ steps, problems: await examineGolden(path, { lineage }) }).toEqual({ steps, problems: [] });
      using archive = openArchive(path, { lineage });
      expect(archive.plan).not.toMatchObject({ why: expect.stringMatching(/^:/) });
    }
  },
);
