import { integer, text } from 'drizzle-orm/sqlite-core';
import type { Filled, Key, NamedColumn } from './named-column.ts';
import { sessions } from './sessions.ts';

export interface TimelineColumns {
  /** The row's key and its place on the session's timeline: one counter over all timeline tables of the file, from 1. */
  seq: Key<NamedColumn<'seq', 'number', number>>;
  /** The session: the one row of `sessions`. */
  sessionId: Filled<NamedColumn<'session_id', 'string', string>>;
}

/**
 * The columns that put a table on the session's timeline. `seq` is the row's key and its place: one counter runs
 * across all timeline tables of a file, and `session.record` fills both columns. Spread it into a table of your own
 * to put that table on the timeline too.
 *
 * @example
 * ```ts
 * import { timelineColumns } from '@varve/schema';
 * import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
 *
 * export const reviews = sqliteTable('reviews', { ...timelineColumns(), verdict: text('verdict').notNull() });
 * ```
 */
export const timelineColumns = (): TimelineColumns => ({
  seq: integer('seq').primaryKey() as unknown as TimelineColumns['seq'],
  sessionId: text('session_id')
    .notNull()
    .references(() => sessions.id, { onDelete: 'cascade' }) as unknown as TimelineColumns['sessionId'],
});
