import { integer, real } from 'drizzle-orm/sqlite-core';

/**
 * What a step used and cost, for tables that are written without a model call: `gen_ai.usage.input_tokens`,
 * `gen_ai.usage.output_tokens`,
 * US dollars. Sum those of `modelCalls` and, where a session has none, these: `docs/query.md` has the SQL.
 *
 * @example
 * ```ts
 * import { timelineColumns, usageColumns } from '@varve/schema';
 * import { sqliteTable } from 'drizzle-orm/sqlite-core';
 *
 * export const summaries = sqliteTable('summaries', { ...timelineColumns(), ...usageColumns() });
 * ```
 */
export const usageColumns = () => ({
  /** Tokens. */
  inputTokens: integer('input_tokens'),
  /** Tokens. */
  outputTokens: integer('output_tokens'),
  /** US dollars. */
  costUsd: real('cost_usd'),
});
