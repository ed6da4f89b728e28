import { integer, real } from 'drizzle-orm/sqlite-core';

/** What a model call used and cost: `gen_ai.usage.input_tokens`, `gen_ai.usage.output_tokens`, US dollars. */
export const usageColumns = () => ({
  inputTokens: integer('input_tokens'),
  outputTokens: integer('output_tokens'),
  costUsd: real('cost_usd'),
});
