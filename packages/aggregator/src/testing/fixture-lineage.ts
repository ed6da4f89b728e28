import { defineLineage } from '@varve/migrations';
import { relations } from 'drizzle-orm';
import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const sessions = sqliteTable('sessions', {
  id: text('id').primaryKey(),
  agent: text('agent').notNull(),
});

export const toolCalls = sqliteTable(
  'tool_calls',
  {
    seq: integer('seq').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id),
    toolName: text('tool_name').notNull(),
    failed: integer('failed', { mode: 'boolean' }).notNull().default(false),
    ordinal: integer('ordinal'),
  },
  (table) => [uniqueIndex('tool_calls_ordinal_idx').on(table.ordinal)],
);

export const tags = sqliteTable('tags', { name: text('name'), callSeq: integer('call_seq') });

export const sessionsRelations = relations(sessions, ({ many }) => ({ toolCalls: many(toolCalls) }));
export const toolCallsRelations = relations(toolCalls, ({ one }) => ({
  session: one(sessions, { fields: [toolCalls.sessionId], references: [sessions.id] }),
}));

const steps = [
  `CREATE TABLE sessions (id text PRIMARY KEY NOT NULL, agent text NOT NULL);
   CREATE TABLE tool_calls (seq integer PRIMARY KEY, session_id text NOT NULL REFERENCES sessions (id), tool text);`,
  'ALTER TABLE tool_calls ADD COLUMN failed integer NOT NULL DEFAULT 0;',
  'ALTER TABLE tool_calls RENAME COLUMN tool TO tool_name; CREATE INDEX tool_name_idx ON tool_calls (tool_name);',
  `CREATE TABLE tags (name text COLLATE NOCASE, call_seq integer REFERENCES tool_calls);
   INSERT INTO tags SELECT upper(tool_name), seq FROM tool_calls WHERE seq > 1;`,
  `ALTER TABLE tool_calls ADD COLUMN ordinal integer; UPDATE tool_calls SET ordinal = seq * 10;
   CREATE UNIQUE INDEX tool_calls_ordinal_idx ON tool_calls (ordinal) WHERE ordinal > 0;`,
];

/** A small lineage with what a unified view must cope with: keys, a unique index, references, a table without a key. */
export const lineage = defineLineage({
  name: 'fixture',
  tables: { sessions, toolCalls, tags, sessionsRelations, toolCallsRelations },
  migrations: steps.map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: 1_700_000_000_000 + at })),
});

export const head = lineage.migrations.length;
