import { defineLineage } from '@varve/migrations';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

const sessions = sqliteTable('sessions', {
  id: text('id').primaryKey(),
  status: text('status').notNull().default('running'),
  endedAtMs: integer('ended_at_ms'),
});

export const notes = sqliteTable('notes', {
  id: integer('id').primaryKey(),
  body: text('body').notNull(),
  kind: text('kind').default('plain'),
});

const steps = [
  `CREATE TABLE sessions (id text PRIMARY KEY NOT NULL, status text DEFAULT 'running' NOT NULL, ended_at_ms integer);
   CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL);`,
  `ALTER TABLE notes ADD COLUMN kind text DEFAULT 'plain';`,
];

function define(name: string, scripts: readonly string[]) {
  return defineLineage({
    name,
    tables: { sessions, notes },
    migrations: scripts.map((sql, at) => ({
      name: `000${at}_step`,
      sql,
      createdAtMs: 1_700_000_000_000 + at,
    })),
  });
}

/** Files of version 1 are brought to head in one pass. */
export const fusible = define('faults', steps);

/** A table that counts on its own has to be replayed. */
export const replayed = define('faults', [
  `${steps[0]} CREATE TABLE counted (id integer PRIMARY KEY AUTOINCREMENT);`,
  ...steps.slice(1),
]);
