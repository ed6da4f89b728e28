import { type Fixture, freezeArchive } from '@varve/core';
import { defineLineage, type SqlFunction } from '@varve/migrations';
import { json, sessions, timelineColumns } from '@varve/schema';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';

const notes = sqliteTable('notes', {
  ...timelineColumns(),
  kind: text('kind', { enum: ['todo', 'done'] }),
  tags: json('tags', z.array(z.string())),
});

const first = `CREATE TABLE sessions (id text PRIMARY KEY NOT NULL, agent_name text NOT NULL, agent_version text,
   provider_name text, request_model text, parent_session_id text, status text DEFAULT 'running' NOT NULL,
   started_at_ms integer NOT NULL, ended_at_ms integer, metadata text, parent_call_seq integer,
   parent_tool_call_id text, conversation_id text, title text);
 CREATE TABLE notes (seq integer PRIMARY KEY NOT NULL, session_id text NOT NULL REFERENCES sessions (id),
   kind text, tags text);`;

/** A lineage of one migration, and of those that a team may think of next. */
export function notesLineage(next: readonly string[] = [], functions: Record<string, SqlFunction> = {}) {
  return defineLineage({
    name: 'notes',
    tables: { sessions, notes },
    migrations: [first, ...next].map((sql, at) => ({ name: `000${at}_notes`, sql, createdAtMs: 1_000 + at })),
    functions,
  });
}

/** Freezes version 1 with two notes, of which the second has no kind. Returns the golden archive. */
export function freezeNotes(dir: string): Promise<string> {
  const lineage = notesLineage();
  const fixture: Fixture<typeof lineage.tables> = {
    lineage,
    session: { agentName: 'golden' },
    record(session) {
      session.record(notes, { kind: 'todo', tags: ['a'] });
      session.record(notes, { kind: null, tags: [] });
    },
  };
  return freezeArchive(dir, fixture);
}
