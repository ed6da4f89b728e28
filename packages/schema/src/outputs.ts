import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { json } from './json-column.ts';
import { jsonValue } from './json-schemas.ts';
import { timelineColumns } from './timeline-columns.ts';
import { usageColumns } from './usage-columns.ts';

/** What the agent gave back; `kind` after `gen_ai.output.type` (text, json, image, speech) or a word of your own. */
export const outputs = sqliteTable('outputs', {
  ...timelineColumns(),
  /** After `gen_ai.output.type`: text, json, image, speech, or a word of your own. */
  kind: text('kind').notNull(),
  /** What was given back, as JSON. */
  content: json('content', jsonValue).notNull(),
  /** 1 for the answer, 0 for what came on the way. */
  isFinal: integer('is_final', { mode: 'boolean' }).notNull().default(false),
  /** Unix time in milliseconds. */
  createdAtMs: integer('created_at_ms').notNull().$defaultFn(Date.now),
  ...usageColumns(),
});
