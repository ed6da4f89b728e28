import { claudeParts } from './claude-parts.ts';
import { isObject, type JsonObject } from './json-access.ts';

export function isResult(block: JsonObject): boolean {
  return (
    typeof block.type === 'string' &&
    block.type.endsWith('tool_result') &&
    typeof block.tool_use_id === 'string'
  );
}

function resultPart({ type: _type, tool_use_id, content, ...rest }: JsonObject): JsonObject {
  return { type: 'tool_call_response', id: tool_use_id, response: content ?? null, ...rest };
}

/** `[resultPart(block)]` as text, around a response that is text already. */
export function responseParts(block: JsonObject, response: Buffer): Buffer {
  const { response: _response, ...part } = resultPart(block);
  const text = JSON.stringify(part);
  return Buffer.concat([Buffer.from(`[${text.slice(0, -1)},"response":`), response, Buffer.from('}]')]);
}

export function claudePartsWithResults(content: unknown): readonly JsonObject[] {
  if (!Array.isArray(content)) return claudeParts(content);
  return content.flatMap((block) =>
    isObject(block) && isResult(block) ? [resultPart(block)] : claudeParts([block]),
  );
}
