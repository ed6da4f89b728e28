import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The archives a unified view has read, or could not read: one row each. */
export const archivesTable = sqliteTable('_archives', {
  /** What `_archive` of every unified row refers to. Stays the same while the archive keeps its path. */
  id: integer('id').primaryKey(),
  /** Absolute. */
  path: text('path').notNull(),
  sizeBytes: integer('size_bytes').notNull(),
  mtimeMs: real('mtime_ms').notNull(),
  /** Null when the archive holds no session, or several. */
  sessionId: text('session_id'),
  /** The version at which the archive was read. */
  version: integer('version'),
  /** How many rows came from it. */
  rows: integer('rows').notNull(),
  strategy: text('strategy', { enum: ['identity', 'lens', 'replayed'] }),
  /**
   * `duplicate`: another archive holds all that this one holds of the same session, and its rows are not counted. `gone`: the archive is no
   * longer there, its rows were kept.
   */
  state: text('state', { enum: ['unified', 'failed', 'duplicate', 'gone'] }).notNull(),
  errorCode: text('error_code'),
  errorMessage: text('error_message'),
  errorHint: text('error_hint'),
  readAtMs: integer('read_at_ms').notNull(),
});

export const archivesDdl = `CREATE TABLE "_archives" (
  "id" INTEGER PRIMARY KEY,
  "path" TEXT NOT NULL UNIQUE,
  "size_bytes" INTEGER NOT NULL,
  "mtime_ms" REAL NOT NULL,
  "session_id" TEXT,
  "version" INTEGER,
  "rows" INTEGER NOT NULL,
  "strategy" TEXT,
  "state" TEXT NOT NULL,
  "error_code" TEXT,
  "error_message" TEXT,
  "error_hint" TEXT,
  "read_at_ms" INTEGER NOT NULL
);
CREATE INDEX "_archives_session_idx" ON "_archives" ("session_id")`;
