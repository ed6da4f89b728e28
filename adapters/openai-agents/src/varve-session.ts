import { randomUUID } from 'node:crypto';
import type {
  AgentInputItem,
  SessionHistoryRewriteArgs,
  SessionHistoryRewriteAwareSession,
  SessionHistoryTransactionArgs,
  SessionHistoryTransactionAwareSession,
} from '@openai/agents';
import type { Redact } from '@varve/core';
import { type Lineage, standardLineage } from '@varve/migrations';
import type { Conversation } from './conversation.ts';
import { applyTransaction } from './history-transaction.ts';
import { defaultArchiveDir, openConversation } from './open-conversation.ts';
import type { StandardTables } from './standard-tables.ts';

export interface VarveSessionOptions {
  /** The folder of live conversations: one of their own, since `recoverSessions` would seal them. */
  readonly dir: string;
  /** Where `seal` puts the archive; unless given, `archives` in the folder of live conversations. */
  readonly archiveDir?: string;
  /** Free text; unless given, a UUID. The conversation of an id goes on where it was. */
  readonly sessionId?: string;
  readonly agentName?: string;
  /** A lineage with the standard tables; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /** Applied before an item is stored: the agent too reads back what it left. */
  readonly redact?: Redact;
}

/**
 * A conversation of the OpenAI Agents SDK in a session file. Items are rows of `messages`; what is popped, cleared,
 * compacted or rewritten is superseded by a row that says so, and nothing is deleted. Every change is on the disk, whole or
 * not at all, when its promise resolves. Objects with the same id share the file inside a process.
 *
 * @throws what `openSession` throws, from each method: the agent's memory is not lost in silence.
 *
 * @example
 * ```ts
 * import { VarveSession } from '@varve/openai-agents';
 *
 * const session = new VarveSession({ dir: 'conversations', sessionId: 'user:42' });
 * await session.addItems([{ role: 'user', content: 'hello' }]);
 * console.log((await session.getItems()).length); // 1
 * console.log(session.seal()); // conversations/archives/user%3A42.db
 * ```
 */
export class VarveSession
  implements SessionHistoryTransactionAwareSession, SessionHistoryRewriteAwareSession
{
  readonly #options: VarveSessionOptions;
  readonly #id: string;

  constructor(options: VarveSessionOptions) {
    this.#options = options;
    this.#id = options.sessionId ?? randomUUID();
  }

  async getSessionId(): Promise<string> {
    return this.#id;
  }

  async getItems(limit?: number): Promise<AgentInputItem[]> {
    return this.#conversation.last(limit);
  }

  async addItems(items: AgentInputItem[]): Promise<void> {
    if (items.length > 0) this.#conversation.append(items);
  }

  async popItem(): Promise<AgentInputItem | undefined> {
    const conversation = this.#conversation;
    const [item] = conversation.last(1);
    if (item) conversation.replaceLast(1, [], 'pop');
    return item;
  }

  async clearSession(): Promise<void> {
    this.#conversation.clear();
  }

  async replaceHistoryWithCompaction(items: AgentInputItem[]): Promise<void> {
    const conversation = this.#conversation;
    conversation.replaceLast(conversation.length, items, 'compaction');
  }

  async applyHistoryMutations({ mutations }: SessionHistoryRewriteArgs): Promise<void> {
    const conversation = this.#conversation;
    for (const { callId, replacement } of mutations) {
      const places = conversation
        .last()
        .flatMap((item, at) => (item.type === 'function_call' && item.callId === callId ? [at] : []));
      if (places.length > 0) conversation.replaceAt(places, replacement);
    }
  }

  /** @throws HISTORY_CONFLICT for another transaction under a known operation id, and for a suffix that is not there */
  async applyHistoryTransaction(args: SessionHistoryTransactionArgs): Promise<void> {
    applyTransaction(this.#conversation, args);
  }

  /** Ends the conversation and makes an archive of its file, whose path it returns. */
  seal(): string {
    const { archiveDir, dir } = this.#options;
    return this.#conversation.session.seal(archiveDir ?? defaultArchiveDir(dir));
  }

  /** Closes the file, for another process to go on with; the next use opens it again. */
  close(): void {
    this.#conversation.session.close();
  }

  get #conversation(): Conversation {
    const { dir, archiveDir = defaultArchiveDir(dir), agentName = 'openai-agents', redact } = this.#options;
    const lineage = this.#options.lineage ?? standardLineage;
    const session = { id: this.#id, agentName, conversationId: this.#id };
    return openConversation(dir, { lineage, archiveDir, session, ...(redact && { redact }) });
  }
}
