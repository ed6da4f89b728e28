import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { timelineColumns } from './timeline-columns.ts';

/** The logs of another agent that an imported session was read from: a row a file. A recorded session has none. */
export const sources = sqliteTable('sources', {
  ...timelineColumns(),
  /** The importer's word for the format, as in `varve import FORMAT`. */
  format: text('format').notNull(),
  /** Where the log lay, as it was given to the importer, absolute. */
  path: text('path').notNull(),
  /** SHA-256 of what was read, hexadecimal. */
  hash: text('hash').notNull(),
  /** Bytes of the log that were read. */
  sizeBytes: integer('size_bytes').notNull(),
  /** What names the last record read, in the log's own terms: a line, an id. */
  lastRecordKey: text('last_record_key'),
  /** The version of `@varve/import` that read it. */
  importerVersion: text('importer_version').notNull(),
});
