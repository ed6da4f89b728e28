import { contentParts } from './chat-parts.ts';
import { countOf, isObject, type JsonObject, numberOf, objectOf, plainPart, restOf } from './json-access.ts';

/** Pi counts the cache's tokens beside the input. */
export function piUsage(value: unknown) {
  const usage = objectOf(value);
  const [input, read, created] = [countOf(usage.input), countOf(usage.cacheRead), countOf(usage.cacheWrite)];
  const hasInput = input !== undefined || read !== undefined || created !== undefined;
  return {
    inputTokens: hasInput ? (input ?? 0) + (read ?? 0) + (created ?? 0) : null,
    outputTokens: countOf(usage.output) ?? null,
    cacheReadInputTokens: read ?? null,
    cacheCreationInputTokens: created ?? null,
    reasoningOutputTokens: countOf(usage.reasoning) ?? null,
    costUsd: numberOf(objectOf(usage.cost).total) ?? null,
  };
}

export function roleOf(role: unknown): 'user' | 'assistant' | 'tool' | 'system' {
  if (role === 'assistant' || role === 'system') return role;
  return role === 'toolResult' ? 'tool' : 'user';
}

export function partsOf(message: JsonObject): readonly JsonObject[] {
  if (message.role === 'toolResult') {
    return [
      { type: 'tool_call_response', id: message.toolCallId ?? null, response: message.content ?? null },
    ];
  }
  if (message.role === 'bashExecution')
    return [{ type: 'bash_execution', ...restOf(message, new Set(['role', 'timestamp'])) }];
  if (typeof message.summary === 'string' && message.content === undefined)
    return [{ type: 'text', content: message.summary }];
  return Array.isArray(message.content) ? message.content.map(piPart) : contentParts(message.content);
}

function piPart(block: unknown): JsonObject {
  if (!isObject(block)) return plainPart(block);
  const { type, ...rest } = block;
  if (type === 'toolCall') return { type: 'tool_call', ...rest };
  if (type === 'thinking')
    return { type: 'reasoning', content: block.thinking, ...restOf(rest, new Set(['thinking'])) };
  if (type === 'image')
    return { type: 'blob', modality: 'image', mime_type: block.mimeType, content: block.data };
  return contentParts([block])[0] ?? { type: 'other' };
}
