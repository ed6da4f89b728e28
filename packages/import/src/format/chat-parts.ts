import type { Usage } from './claude-usage.ts';
import {
  arrayOf,
  countOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  parsedOrText,
  plainPart,
  restOf,
  textOf,
} from './json-access.ts';

export interface ChatCall {
  readonly id?: string | undefined;
  readonly name: string;
  readonly arguments: unknown;
}

/** Of a message, wherever it stands. */
export function contentOf(message: JsonObject): unknown {
  return message.content ?? message.value;
}

/** OpenAI's and everybody's content, in the words of `messages.parts`. */
export function contentParts(content: unknown): readonly JsonObject[] {
  if (content === null || content === undefined || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', content }];
  if (!Array.isArray(content)) return [{ type: 'json', content }];
  return content.map((part) => (isObject(part) ? contentPart(part) : plainPart(part)));
}

function contentPart(part: JsonObject): JsonObject {
  const type = String(part.type ?? 'text');
  if (typeof part.text === 'string' && /^(input_|output_)?text$/.test(type)) {
    const { type: _type, text, ...rest } = part;
    return { type: 'text', content: text, ...rest };
  }
  const url = objectOf(part.image_url).url ?? part.image_url ?? part.url;
  if (typeof url === 'string') return uriPart(url, { modality: type.includes('image') ? 'image' : 'file' });
  if (typeof part.thinking === 'string')
    return { type: 'reasoning', content: part.thinking, ...restOf(part, new Set(['type', 'thinking'])) };
  return { ...part, type };
}

/** Bytes that stand in the address itself, or what lies elsewhere. */
export function uriPart(uri: string, more: JsonObject): JsonObject {
  const data = /^data:([^;,]*);base64,/.exec(uri);
  if (!data) return { type: 'uri', uri, ...more };
  return { type: 'blob', mime_type: data[1], content: uri.slice(data[0].length), ...more };
}

export function callsOf(message: JsonObject): readonly ChatCall[] {
  const calls = arrayOf(parsedOrText(message.tool_calls)).filter(isObject);
  if (isObject(message.function_call)) calls.push({ function: message.function_call });
  return calls.map((call) => {
    const { name, arguments: given } = isObject(call.function) ? call.function : call;
    return { id: textOf(call.id), name: textOf(name) ?? 'unknown', arguments: parsedOrText(given) };
  });
}

/** OpenAI counts the cache's tokens within the prompt's, and reasoning within the completion's. */
export function chatUsage(usage: JsonObject): Usage {
  const input = countOf(usage.prompt_tokens) ?? countOf(usage.input_tokens);
  const output = countOf(usage.completion_tokens) ?? countOf(usage.output_tokens);
  const inputDetails = objectOf(usage.prompt_tokens_details ?? usage.input_tokens_details);
  const outputDetails = objectOf(usage.completion_tokens_details ?? usage.output_tokens_details);
  const read = countOf(inputDetails.cached_tokens) ?? countOf(usage.cache_read_input_tokens);
  const created = countOf(usage.cache_creation_input_tokens) ?? countOf(inputDetails.cache_creation_tokens);
  const reasoning = countOf(outputDetails.reasoning_tokens);
  const cost = numberOf(usage.cost) ?? numberOf(usage.cost_usd);
  return {
    ...(input !== undefined && { inputTokens: input }),
    ...(output !== undefined && { outputTokens: output }),
    ...(read !== undefined && { cacheReadInputTokens: read }),
    ...(created !== undefined && { cacheCreationInputTokens: created }),
    ...(reasoning !== undefined && { reasoningOutputTokens: reasoning }),
    ...(cost !== undefined && { costUsd: cost }),
  };
}
