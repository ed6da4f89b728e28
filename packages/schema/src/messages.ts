import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { json } from './json-column.ts';
import { exactJson, findRecordProblem, type JsonValue, jsonRecord } from './json-schemas.ts';
import { modelCalls } from './model-calls.ts';
import { timelineColumns } from './timeline-columns.ts';

export const messageRoles = ['system', 'user', 'assistant', 'tool'] as const;
export type MessageRole = (typeof messageRoles)[number];

/**
 * A part of a message, after `gen_ai.input.messages`: `{ type: 'text', content }`, `{ type: 'reasoning', content }`,
 * `{ type: 'tool_call', id, name, arguments }`, `{ type: 'tool_call_response', id, response }`, `{ type: 'file' | 'uri' |
 * 'blob', … }` for what is there by reference. A part of any other kind is kept whole.
 */
export type MessagePart = { type: string; [key: string]: JsonValue };

/** The parts of a message, in their order. */
export const messageParts = exactJson<MessagePart[]>((value) => {
  if (!Array.isArray(value)) return { path: [], message: 'is not an array' };
  const at = value.findIndex((part: unknown) => findRecordProblem(part) || !hasType(part));
  if (at === -1) return undefined;
  const problem = findRecordProblem(value[at]) ?? { path: ['type'], message: 'is not a text' };
  return { path: [at, ...problem.path], message: problem.message };
});

function hasType(part: unknown): boolean {
  return typeof (part as { type?: unknown }).type === 'string';
}

/** What somebody said to the model, or it said. */
export const messages = sqliteTable(
  'messages',
  {
    ...timelineColumns(),
    /** Who said it. */
    role: text('role', { enum: messageRoles }).notNull(),
    /** What was said, part by part, after `gen_ai.input.messages`. */
    parts: json('parts', messageParts).notNull(),
    /** The model call that produced the message. */
    modelCallSeq: integer('model_call_seq').references(() => modelCalls.seq, { onDelete: 'set null' }),
    /** The id that the provider, the framework or the log gave it. Not unique. */
    messageId: text('message_id'),
    /** Unix time in milliseconds. */
    createdAtMs: integer('created_at_ms').notNull().$defaultFn(Date.now),
    /** Whatever else is known of the message: one object. */
    metadata: json('metadata', jsonRecord),
  },
  (table) => [index('messages_model_call_seq_idx').on(table.modelCallSeq)],
);
