import type { AgentInputItem } from '@openai/agents';
import { foldTexts, unfoldTexts } from '@varve/core/internal';
import type { JsonValue, MessagePart, MessageRole } from '@varve/schema';
import { agentItem } from './agent-item.ts';

/** An item as a row of messages holds it. */
export interface StoredItem {
  readonly role: MessageRole;
  readonly parts: MessagePart[];
  readonly messageId: string | null;
  /** The item itself; a long text that stands in the parts is not there a second time. */
  readonly item: JsonValue;
}

export function storeItem(item: AgentInputItem): StoredItem {
  const { role, parts, id } = agentItem(item);
  return { role, parts: [...parts], messageId: id ?? null, item: foldTexts(item, parts) };
}

export function restoreItem({ parts, item }: Pick<StoredItem, 'parts' | 'item'>): AgentInputItem {
  return unfoldTexts(item, parts) as AgentInputItem;
}
