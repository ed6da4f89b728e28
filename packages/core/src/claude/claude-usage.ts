import { arrayOf, countOf, isObject, type JsonObject, objectOf, textOf } from './json-access.ts';

export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheCreationInputTokens?: number;
  readonly reasoningOutputTokens?: number;
  readonly costUsd?: number;
}

/** Anthropic counts the cache's tokens beside `input_tokens`, not within. */
export function claudeUsage(usage: JsonObject): Usage {
  const [fresh, read, created] = [
    countOf(usage.input_tokens),
    countOf(usage.cache_read_input_tokens),
    countOf(usage.cache_creation_input_tokens),
  ];
  const hasInput = fresh !== undefined || read !== undefined || created !== undefined;
  const outputTokens = countOf(usage.output_tokens);
  return {
    ...(hasInput && { inputTokens: (fresh ?? 0) + (read ?? 0) + (created ?? 0) }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(read !== undefined && { cacheReadInputTokens: read }),
    ...(created !== undefined && { cacheCreationInputTokens: created }),
  };
}

const alwaysBeside = new Set(['advisor_message', 'compaction']);

/**
 * Of a request's `iterations`, those that its usage leaves out: an advisor's, which is another model, and a compaction's.
 * Of kinds that are not known the sums tell.
 */
export function inferencesBeside(usage: JsonObject): readonly JsonObject[] {
  const iterations = arrayOf(usage.iterations).filter(isObject);
  const others = iterations.filter(({ type }) => typeof type === 'string' && type !== 'message');
  if (others.length === 0 || sumOf(iterations) === sumOf([usage])) return [];
  const own = iterations.filter((it) => !others.includes(it));
  return sumOf(own) === sumOf([usage]) ? others : others.filter(({ type }) => alwaysBeside.has(String(type)));
}

function sumOf(usages: readonly JsonObject[]): number {
  return usages
    .map(claudeUsage)
    .reduce((sum, { inputTokens, outputTokens }) => sum + (inputTokens ?? 0) + (outputTokens ?? 0), 0);
}

/** The greater of each: a message is logged several times while it grows. */
export function greatestUsage(a: Usage, b: Usage): Usage {
  const greatest: Record<string, number> = { ...a };
  for (const [key, value] of Object.entries(b)) greatest[key] = Math.max(greatest[key] ?? 0, value);
  return greatest;
}

/** Tells an answer of a model from all others; undefined where the ids for that are missing. */
export function claudeAnswerKey(record: JsonObject): string | undefined {
  const [id, request] = [textOf(objectOf(record.message).id), textOf(record.requestId)];
  return id && request && `${id} ${request}`;
}
