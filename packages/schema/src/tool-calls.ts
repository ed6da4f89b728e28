import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { decisions } from './decisions.ts';
import { json } from './json-column.ts';
import { timelineColumns } from './timeline-columns.ts';

export const toolCallStatuses = ['ok', 'error'] as const;

/**
 * One call of a tool and how it ended. Names after OpenTelemetry's `gen_ai.tool.name`, `gen_ai.tool.call.id`,
 * `gen_ai.tool.call.arguments`, `gen_ai.tool.call.result` and `error.type`.
 */
export const toolCalls = sqliteTable(
  'tool_calls',
  {
    ...timelineColumns(),
    decisionSeq: integer('decision_seq').references(() => decisions.seq, { onDelete: 'set null' }),
    toolName: text('tool_name').notNull(),
    /** The provider's id of the call. Not unique: providers repeat them. */
    toolCallId: text('tool_call_id'),
    arguments: json('arguments', z.record(z.string(), z.json())),
    result: json('result', z.json()),
    status: text('status', { enum: toolCallStatuses }).notNull(),
    errorType: text('error_type'),
    errorMessage: text('error_message'),
    startedAtMs: integer('started_at_ms').notNull().$defaultFn(Date.now),
    durationMs: real('duration_ms'),
    costUsd: real('cost_usd'),
  },
  (table) => [
    index('tool_calls_tool_name_idx').on(table.toolName),
    index('tool_calls_decision_seq_idx').on(table.decisionSeq),
  ],
);
