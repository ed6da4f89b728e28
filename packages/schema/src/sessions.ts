import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { v7 as uuidv7 } from 'uuid';
import { json } from './json-column.ts';
import { jsonRecord } from './json-schemas.ts';

export const sessionStatuses = ['running', 'completed', 'failed', 'interrupted'] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

/**
 * The session a file holds: one row. Names after OpenTelemetry's GenAI attributes
 * (`gen_ai.agent.name`, `gen_ai.provider.name`, `gen_ai.request.model`).
 */
export const sessions = sqliteTable('sessions', {
  /** UUIDv7: sorts by start time across files. */
  id: text('id').primaryKey().$defaultFn(uuidv7),
  /** The agent: `gen_ai.agent.name`. */
  agentName: text('agent_name').notNull(),
  /** Its version, in its own numbering. */
  agentVersion: text('agent_version'),
  /** Who serves the model: `gen_ai.provider.name`. */
  providerName: text('provider_name'),
  /** The model that the session asks for: `gen_ai.request.model`. */
  requestModel: text('request_model'),
  /** The session that started this one; it lives in a file of its own. */
  parentSessionId: text('parent_session_id'),
  /** The tool call that started this session: its `seq` in the parent's file. */
  parentCallSeq: integer('parent_call_seq'),
  /** The provider's id of that call, for where `seq` is not known. */
  parentToolCallId: text('parent_tool_call_id'),
  /** The conversation the session belongs to, free text: `gen_ai.conversation.id`. */
  conversationId: text('conversation_id'),
  /** A line for people. */
  title: text('title'),
  /** `running` until it is sealed; `interrupted` where a crash ended it. */
  status: text('status', { enum: sessionStatuses }).notNull().default('running'),
  /** Unix time in milliseconds. */
  startedAtMs: integer('started_at_ms').notNull().$defaultFn(Date.now),
  /** Unix time in milliseconds; null while it runs. */
  endedAtMs: integer('ended_at_ms'),
  /** Whatever else is known of the session: one object. */
  metadata: json('metadata', jsonRecord),
});
