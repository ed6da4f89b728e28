import { sql } from 'drizzle-orm';
import { blob, check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { json } from './json-column.ts';
import { jsonValue } from './json-schemas.ts';
import { timelineColumns } from './timeline-columns.ts';
import { toolCalls } from './tool-calls.ts';

/** Something worth keeping between a tool call and the output: JSON in `value` or bytes in `blob`, not both. */
export const intermediateResults = sqliteTable(
  'intermediate_results',
  {
    ...timelineColumns(),
    /** The tool call in which it came about: its `seq`. */
    toolCallSeq: integer('tool_call_seq').references(() => toolCalls.seq, { onDelete: 'set null' }),
    /** What sort of thing it is: a word of your own. */
    kind: text('kind').notNull(),
    /** What it is called. */
    name: text('name').notNull(),
    /** The result as JSON. */
    value: json('value', jsonValue),
    /**
     * Drizzle nests related rows as JSON, which cannot hold bytes: a relational query that reaches this table through
     * `with` has to leave the column out (`columns: { blob: false }`).
     */
    blob: blob('blob', { mode: 'buffer' }),
    /** Unix time in milliseconds. */
    createdAtMs: integer('created_at_ms').notNull().$defaultFn(Date.now),
  },
  (table) => [
    index('intermediate_results_tool_call_seq_idx').on(table.toolCallSeq),
    check('intermediate_results_value_or_blob', sql`${table.value} is null or ${table.blob} is null`),
  ],
);
