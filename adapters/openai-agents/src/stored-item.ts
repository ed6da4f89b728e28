import type { AgentInputItem } from '@openai/agents';
import { type JsonValue, type MessagePart, type MessageRole, toJson } from '@varve/schema';
import { agentItem } from './agent-item.ts';

/** An item as a row of messages holds it. */
export interface StoredItem {
  readonly role: MessageRole;
  readonly parts: MessagePart[];
  readonly messageId: string | null;
  /** The item itself; a long text that stands in the parts is not there a second time. */
  readonly item: JsonValue;
}

/** A text of the item that stands in the parts: which part, and under which key. */
interface Hole {
  readonly $part: readonly [at: number, key: string];
}

const longText = 32;

export function storeItem(item: AgentInputItem): StoredItem {
  const { role, parts, id } = agentItem(item);
  const plain = toJson(item);
  // An item that has keys of ours is kept as a text: nothing in it is read as ours.
  const kept = isForeign(item) ? JSON.stringify(plain) : withHoles(plain, textsOf(parts));
  return { role, parts: [...parts], messageId: id ?? null, item: kept };
}

export function restoreItem({ parts, item }: Pick<StoredItem, 'parts' | 'item'>): AgentInputItem {
  const restored = typeof item === 'string' ? JSON.parse(item) : filled(item, parts);
  return restored as AgentInputItem;
}

function isForeign(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return '$part' in value || '$bytes' in value || Object.values(value).some(isForeign);
}

function textsOf(parts: readonly MessagePart[]): ReadonlyMap<string, Hole> {
  const texts = new Map<string, Hole>();
  for (const [at, part] of parts.entries()) {
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === 'string' && value.length >= longText) texts.set(value, { $part: [at, key] });
    }
  }
  return texts;
}

function withHoles(value: JsonValue, texts: ReadonlyMap<string, Hole>): JsonValue {
  if (typeof value === 'string') return (texts.get(value) as JsonValue | undefined) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => withHoles(inner, texts));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withHoles(inner, texts)]));
}

function filled(value: JsonValue, parts: readonly MessagePart[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => filled(inner, parts));
  if (Array.isArray(value.$part)) return parts[Number(value.$part[0])]?.[String(value.$part[1])];
  if (typeof value.$bytes === 'string') return new Uint8Array(Buffer.from(value.$bytes, 'base64'));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, parts)]));
}
