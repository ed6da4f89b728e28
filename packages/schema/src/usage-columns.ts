import { integer, real } from 'drizzle-orm/sqlite-core';
import type { NamedColumn } from './named-column.ts';

export interface UsageColumns {
  /** Tokens. */
  inputTokens: NamedColumn<'input_tokens', 'number', number>;
  /** Tokens. */
  outputTokens: NamedColumn<'output_tokens', 'number', number>;
  /** US dollars. */
  costUsd: NamedColumn<'cost_usd', 'number', number>;
}

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
export const usageColumns = (): UsageColumns => ({
  inputTokens: integer('input_tokens') as unknown as UsageColumns['inputTokens'],
  outputTokens: integer('output_tokens') as unknown as UsageColumns['outputTokens'],
  costUsd: real('cost_usd') as unknown as UsageColumns['costUsd'],
});
