import { contentParts, uriPart } from './chat-parts.ts';
import { type JsonObject, objectOf } from './json-access.ts';

/** Since 1.6 a message may be of parts, images by reference. */
export function atifParts(message: unknown): readonly JsonObject[] {
  if (!Array.isArray(message)) return contentParts(message);
  return message.map((part) => {
    const { path, media_type } = objectOf(objectOf(part).source);
    if (typeof path !== 'string') return contentParts([part])[0] ?? { type: 'other' };
    return uriPart(path, { modality: 'image', ...(media_type !== undefined && { mime_type: media_type }) });
  });
}

/** What of a step, its metrics and its calls has a column or is a part. */
export const mappedOfStep = new Set([
  'step_id',
  'timestamp',
  'source',
  'message',
  'reasoning_content',
  'tool_calls',
  'observation',
  'metrics',
  'model_name',
  'reasoning_effort',
]);
export const mappedOfMetrics = new Set(['prompt_tokens', 'completion_tokens', 'cached_tokens', 'cost_usd']);
export const mappedOfCall = new Set(['tool_call_id', 'function_name', 'arguments']);
