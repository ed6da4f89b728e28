import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { callStatuses } from './call-statuses.ts';
import { decisions } from './decisions.ts';
import { json } from './json-column.ts';
import { jsonRecord, jsonValue } from './json-schemas.ts';
import { modelCalls } from './model-calls.ts';
import { timelineColumns } from './timeline-columns.ts';

/**
 * One call of a tool and how it ended. Names after OpenTelemetry's `gen_ai.tool.name`, `gen_ai.tool.call.id`,
 * `gen_ai.tool.call.arguments`, `gen_ai.tool.call.result` and `error.type`.
 */
export const toolCalls = sqliteTable(
  'tool_calls',
  {
    ...timelineColumns(),
    /** The decision that led to it: its `seq`. */
    decisionSeq: integer('decision_seq').references(() => decisions.seq, { onDelete: 'set null' }),
    /** `gen_ai.tool.name`. */
    toolName: text('tool_name').notNull(),
    /** The provider's id of the call. Not unique: providers repeat them. */
    toolCallId: text('tool_call_id'),
    /** An object for most tools; patches and shell lines are strings. */
    arguments: json('arguments', jsonValue),
    /** What the tool returned, as JSON. */
    result: json('result', jsonValue),
    /** `running` until it ends; `denied` where somebody refused it; `interrupted` where a crash ended the session. */
    status: text('status', { enum: callStatuses }).notNull(),
    /** The class or code of the error: `error.type`. */
    errorType: text('error_type'),
    /** What the error said. */
    errorMessage: text('error_message'),
    /** Unix time in milliseconds. */
    startedAtMs: integer('started_at_ms').notNull().$defaultFn(Date.now),
    /** Milliseconds, with fractions. */
    durationMs: real('duration_ms'),
    /** What the tool itself cost, in US dollars; what the model cost is in its model call. */
    costUsd: real('cost_usd'),
    /** The model call that asked for it. */
    modelCallSeq: integer('model_call_seq').references(() => modelCalls.seq, { onDelete: 'set null' }),
    /** 1 for the first; a retry counts on. */
    attempt: integer('attempt').notNull().default(1),
    /** The MCP server that the tool is of. */
    mcpServer: text('mcp_server'),
    /** Whatever else is known of the call: one object. */
    metadata: json('metadata', jsonRecord),
  },
  (table) => [
    index('tool_calls_tool_name_idx').on(table.toolName),
    index('tool_calls_decision_seq_idx').on(table.decisionSeq),
    index('tool_calls_model_call_seq_idx').on(table.modelCallSeq),
  ],
);
