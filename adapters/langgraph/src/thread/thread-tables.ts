import { sessionStatuses } from '@varve/schema';
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The thread that a file holds: one row. A session by varve's word, so that all that reads sessions reads it. */
export const sessions = sqliteTable('sessions', {
  /** LangGraph's `thread_id`. */
  id: text('id').primaryKey(),
  agentName: text('agent_name').notNull().default('langgraph'),
  /** `running` until it is sealed. */
  status: text('status', { enum: sessionStatuses }).notNull().default('running'),
  /** Unix time in milliseconds. */
  startedAtMs: integer('started_at_ms').notNull().$defaultFn(Date.now),
  /** Unix time in milliseconds; null while it is not sealed. */
  endedAtMs: integer('ended_at_ms'),
});

/** A checkpoint without the values of its channels: those are in `channel_values`. */
export const checkpoints = sqliteTable(
  'checkpoints',
  {
    /** `checkpoint_ns`: empty for the graph itself, a path for a subgraph. */
    namespace: text('namespace').notNull(),
    id: text('id').notNull(),
    parentId: text('parent_id'),
    /** What the serializer calls `value`: `json` is stored as text, all else as bytes. */
    type: text('type').notNull(),
    value: blob('value', { mode: 'buffer' }).notNull(),
    /** JSON: each channel's version, and the `seq` of its value or null where it has none. */
    channels: text('channels').notNull(),
    metadataType: text('metadata_type').notNull(),
    metadata: blob('metadata', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.namespace, table.id] })],
);

/** What a channel held. A step adds the channels that it changed, and of a long value what differs from the one before. */
export const channelValues = sqliteTable(
  'channel_values',
  {
    seq: integer('seq').primaryKey(),
    namespace: text('namespace').notNull(),
    channel: text('channel').notNull(),
    version: text('version').notNull(),
    type: text('type').notNull(),
    /** The value whose first `shared_bytes` bytes come before `value`; null where `value` is all. */
    baseSeq: integer('base_seq'),
    sharedBytes: integer('shared_bytes').notNull().default(0),
    value: blob('value', { mode: 'buffer' }).notNull(),
  },
  (table) => [index('channel_values_version_idx').on(table.namespace, table.channel, table.version)],
);

/** What a task wrote after a checkpoint, before the next: kept as it was written, with the path of the task. */
export const writes = sqliteTable(
  'writes',
  {
    namespace: text('namespace').notNull(),
    checkpointId: text('checkpoint_id').notNull(),
    taskId: text('task_id').notNull(),
    /** The place among the task's writes; negative for errors, interrupts and what resumes them. */
    idx: integer('idx').notNull(),
    taskPath: text('task_path').notNull().default(''),
    channel: text('channel').notNull(),
    type: text('type').notNull(),
    value: blob('value', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.namespace, table.checkpointId, table.taskId, table.idx] })],
);
