import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { json } from './json-column.ts';
import { jsonRecord, jsonValue } from './json-schemas.ts';
import { modelCalls } from './model-calls.ts';
import { timelineColumns } from './timeline-columns.ts';

export const messageRoles = ['system', 'user', 'assistant', 'tool'] as const;
export type MessageRole = (typeof messageRoles)[number];

/**
 * A part of a message, after `gen_ai.input.messages`: `{ type: 'text', content }`, `{ type: 'reasoning', content }`,
 * `{ type: 'tool_call', id, name, arguments }`, `{ type: 'tool_call_response', id, response }`, `{ type: 'file' | 'uri' |
 * 'blob', … }` for what is there by reference. A part of any other kind is kept whole.
 */
export const messagePart = z.object({ type: z.string() }).catchall(jsonValue);
export type MessagePart = z.infer<typeof messagePart>;

/** What somebody said to the model, or it said. */
export const messages = sqliteTable(
  'messages',
  {
    ...timelineColumns(),
    role: text('role', { enum: messageRoles }).notNull(),
    parts: json('parts', z.array(messagePart)).notNull(),
    /** The model call that produced the message. */
    modelCallSeq: integer('model_call_seq').references(() => modelCalls.seq, { onDelete: 'set null' }),
    /** The id that the provider, the framework or the log gave it. Not unique. */
    messageId: text('message_id'),
    createdAtMs: integer('created_at_ms').notNull().$defaultFn(Date.now),
    metadata: json('metadata', jsonRecord),
  },
  (table) => [index('messages_model_call_seq_idx').on(table.modelCallSeq)],
);
