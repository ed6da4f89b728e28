import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { callStatuses } from './call-statuses.ts';
import { json } from './json-column.ts';
import { jsonRecord, textList } from './json-schemas.ts';
import { timelineColumns } from './timeline-columns.ts';

/**
 * One request to a model, how it ended, and what it used: the one place to sum tokens and dollars. Names after
 * OpenTelemetry's `gen_ai.operation.name`, `gen_ai.provider.name`, `gen_ai.request.model`, `gen_ai.response.*` and
 * `gen_ai.usage.*`.
 */
export const modelCalls = sqliteTable('model_calls', {
  ...timelineColumns(),
  /** After `gen_ai.operation.name`: chat, text_completion, embeddings, or a word of your own. */
  operationName: text('operation_name').notNull().default('chat'),
  /** Who served it: `gen_ai.provider.name`. */
  providerName: text('provider_name'),
  /** The model that was asked for: `gen_ai.request.model`. */
  requestModel: text('request_model'),
  /** The model that answered: providers resolve names to dated ones. */
  responseModel: text('response_model'),
  /** `gen_ai.response.id`. */
  responseId: text('response_id'),
  /** Why the model stopped: `gen_ai.response.finish_reasons`. */
  finishReasons: json('finish_reasons', textList),
  /** Temperature, limits, tools on offer: whatever the request carried beside the messages. */
  requestOptions: json('request_options', jsonRecord),
  /** 1 for the first; a retry counts on. */
  attempt: integer('attempt').notNull().default(1),
  /** `running` until it ends; `interrupted` where a crash ended the session. */
  status: text('status', { enum: callStatuses }).notNull(),
  /** The class or code of the error: `error.type`. */
  errorType: text('error_type'),
  /** What the error said. */
  errorMessage: text('error_message'),
  /** Unix time in milliseconds. */
  startedAtMs: integer('started_at_ms').notNull().$defaultFn(Date.now),
  /** Milliseconds, with fractions. */
  durationMs: real('duration_ms'),
  /** Milliseconds from the start to the first piece of the answer. */
  timeToFirstTokenMs: real('time_to_first_token_ms'),
  /** All of the input, what came from the cache included. */
  inputTokens: integer('input_tokens'),
  /** All of the output, reasoning included. */
  outputTokens: integer('output_tokens'),
  /** The part of the input that was read from the provider's cache. */
  cacheReadInputTokens: integer('cache_read_input_tokens'),
  /** The part of the input that was written to the provider's cache. */
  cacheCreationInputTokens: integer('cache_creation_input_tokens'),
  /** The part of the output that was reasoning. */
  reasoningOutputTokens: integer('reasoning_output_tokens'),
  /** US dollars. */
  costUsd: real('cost_usd'),
  /** Whatever else is known of the call: one object. */
  metadata: json('metadata', jsonRecord),
});
