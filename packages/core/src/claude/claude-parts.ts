import { isObject, type JsonObject, plainPart, textOf } from './json-access.ts';

/** A message's content as Anthropic's API has it, in the words of `messages.parts`. */
export function claudeParts(content: unknown): readonly JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', content }];
  if (!Array.isArray(content))
    return content === undefined || content === null ? [] : [{ type: 'other', content }];
  return content.map((block) => (isObject(block) ? claudePart(block) : plainPart(block)));
}

function claudePart(block: JsonObject): JsonObject {
  switch (block.type) {
    case 'text':
      return renamed(block, 'text', 'text');
    case 'thinking':
      return renamed(block, 'reasoning', 'thinking');
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return toolCallPart(block);
    case 'image':
    case 'document':
      return mediaPart(block);
    default:
      return typeof block.type === 'string' ? block : { ...block, type: 'other' };
  }
}

function renamed(block: JsonObject, type: string, key: string): JsonObject {
  const { type: _type, [key]: content, ...rest } = block;
  return { type, content, ...rest };
}

function toolCallPart(block: JsonObject): JsonObject {
  const { type, id, name, input, ...rest } = block;
  return {
    type: 'tool_call',
    id,
    name,
    arguments: input,
    ...(type !== 'tool_use' && { kind: type }),
    ...rest,
  };
}

/** `blob` for bytes, `uri` for what lies elsewhere, `file` for what was uploaded. */
function mediaPart(block: JsonObject): JsonObject {
  const { type, source, ...rest } = block;
  if (!isObject(source)) return block;
  const modality = type;
  const mime = textOf(source.media_type);
  const known = { modality, ...(mime && { mime_type: mime }), ...rest };
  if (typeof source.data === 'string') return { type: 'blob', ...known, content: source.data };
  if (typeof source.url === 'string') return { type: 'uri', ...known, uri: source.url };
  if (typeof source.file_id === 'string') return { type: 'file', ...known, file_id: source.file_id };
  return block;
}
