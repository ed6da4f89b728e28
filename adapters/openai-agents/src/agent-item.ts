import { type JsonValue, type MessagePart, type MessageRole, messageRoles, toJson } from '@varve/schema';
import { type JsonObject, listOf, objectOf, parsed, textOf } from './json-access.ts';

/** An item of a conversation: as the SDK has it, as the Responses API answers it, or a message of Chat Completions. */
export interface AgentItem {
  readonly role: MessageRole;
  readonly parts: readonly MessagePart[];
  readonly id: string | undefined;
}

/** What the SDK gives an item for an id where the model gives none. */
const noId = 'FAKE_ID';

export function agentItem(value: unknown): AgentItem {
  const item = typeof value === 'string' ? { role: 'user', content: value } : objectOf(value);
  const id = textOf(item.id);
  const said = (role: MessageRole, parts: MessagePart[]) => ({
    role,
    parts,
    id: id === noId ? undefined : id,
  });
  switch (item.type ?? 'message') {
    case 'message':
      return said(roleOf(item.role), messageParts(item));
    case 'function_call':
      return said('assistant', [callPart(item.callId ?? item.call_id, item.name, item.arguments)]);
    case 'function_call_result':
    case 'function_call_output':
      return said('tool', [responsePart(item.callId ?? item.call_id, item.output)]);
    case 'reasoning':
      return said('assistant', [{ type: 'reasoning', content: reasoningText(item) }]);
    default:
      return said(/_(result|output)$/.test(String(item.type)) ? 'tool' : 'assistant', [whole(item)]);
  }
}

/** By this an item that comes back in a later request is known: of what is kept whole, by its id. */
export function itemPrint({ role, parts, id }: AgentItem): unknown {
  const isKeptWhole = parts.some(({ type }) => !plainTypes.has(type));
  return isKeptWhole && id !== undefined ? id : [role, parts];
}

const plainTypes = new Set(['text', 'refusal', 'reasoning', 'tool_call', 'tool_call_response']);

function roleOf(role: unknown): MessageRole {
  if (role === 'developer') return 'system';
  return messageRoles.find((known) => known === role) ?? 'user';
}

function messageParts(item: JsonObject): MessagePart[] {
  if (item.role === 'tool') return [responsePart(item.tool_call_id, item.content)];
  const content = typeof item.content === 'string' ? [item.content] : listOf(item.content);
  const calls = listOf(item.tool_calls).map((call) => {
    const { id, function: called } = objectOf(call);
    return callPart(id, objectOf(called).name, objectOf(called).arguments);
  });
  return [...content.filter((part) => part !== '').map(contentPart), ...calls];
}

function contentPart(part: unknown): MessagePart {
  if (typeof part === 'string') return { type: 'text', content: part };
  const { type, text, refusal } = objectOf(part);
  if (typeof text === 'string') return { type: 'text', content: text };
  if (typeof refusal === 'string' && type === 'refusal') return { type: 'refusal', content: refusal };
  return whole(objectOf(part));
}

function callPart(id: unknown, name: unknown, given: unknown): MessagePart {
  return { type: 'tool_call', id: toJson(id), name: toJson(name), arguments: toJson(parsed(given)) };
}

function responsePart(id: unknown, output: unknown): MessagePart {
  const { type, text } = objectOf(output);
  return { type: 'tool_call_response', id: toJson(id), response: toJson(type === 'text' ? text : output) };
}

function reasoningText({ rawContent, content, summary }: JsonObject): string {
  const [texts = []] = [rawContent, content, summary].map(listOf).filter((list) => list.length > 0);
  return texts.map((it) => textOf(objectOf(it).text) ?? '').join('\n');
}

function whole(item: JsonObject): MessagePart {
  const type = typeof item.type === 'string' ? item.type : 'other';
  return { ...(toJson(item) as Record<string, JsonValue>), type };
}
