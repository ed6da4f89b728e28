import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { type JsonValue, type MessagePart, type MessageRole, toJson } from '@varve/schema';

/** What of a message is on the timeline. */
export interface MessageRow {
  readonly role: MessageRole;
  readonly parts: MessagePart[];
}

const roles: Readonly<Record<string, MessageRole>> = {
  human: 'user',
  ai: 'assistant',
  system: 'system',
  developer: 'system',
  tool: 'tool',
  function: 'tool',
};

/** A message of LangChain after OpenTelemetry's `gen_ai.input.messages`; a part of another kind is kept whole. */
export function messageRow(message: BaseMessage): MessageRow {
  const role = roles[message.type] ?? 'user';
  if (ToolMessage.isInstance(message)) {
    const { tool_call_id: id, name, content } = message;
    return {
      role,
      parts: [{ type: 'tool_call_response', id, name: toJson(name ?? null), response: toJson(content) }],
    };
  }
  return { role, parts: [...contentParts(message.content), ...toolCallParts(message)] };
}

function contentParts(content: unknown): MessagePart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown) => {
    if (typeof block === 'string') return [{ type: 'text', content: block }];
    const part = toJson(block) as Record<string, JsonValue> | null;
    // What an answer calls is in its tool calls.
    if (typeof part?.type !== 'string' || toolBlocks.has(part.type)) return [];
    return [namedPart(part, part.type)];
  });
}

const toolBlocks = new Set(['tool_use', 'tool_call', 'tool_call_chunk', 'input_json_delta']);

function namedPart(part: Record<string, JsonValue>, type: string): MessagePart {
  const { text, reasoning, thinking, ...rest } = part;
  if (type === 'text' && typeof text === 'string') return { ...rest, type, content: text };
  const thought = reasoning ?? thinking;
  if (typeof thought === 'string') return { ...rest, type: 'reasoning', content: thought };
  return { ...part, type };
}

function toolCallParts(message: BaseMessage): MessagePart[] {
  if (!AIMessage.isInstance(message)) return [];
  return (message.tool_calls ?? []).map(({ id, name, args }) => {
    return { type: 'tool_call', id: toJson(id ?? null), name, arguments: toJson(args) };
  });
}
