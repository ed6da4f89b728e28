import { createHash } from 'node:crypto';
import type { CreatedSession } from '@varve/core';
import type { GenAiMessage, GenAiRows, GenAiSpan, standardTables } from '@varve/schema';

/** The tables that the processor fills. */
export type StandardTables = Pick<
  typeof standardTables,
  'sessions' | 'messages' | 'modelCalls' | 'toolCalls'
>;

/** Writes the spans of one session as rows. */
export class SpanRows {
  readonly #session: CreatedSession<StandardTables>;
  readonly #tables: StandardTables;
  /** How often each message was met: every request repeats the conversation so far. */
  readonly #met = new Map<string, number>();
  /** The model call that asked for a tool call, by its id. */
  readonly #askedBy = new Map<string, number>();

  constructor(session: CreatedSession<StandardTables>, tables: StandardTables) {
    this.#session = session;
    this.#tables = tables;
  }

  write({ modelCall, toolCall, messages }: GenAiRows, span: GenAiSpan): void {
    if (toolCall) {
      const modelCallSeq = this.#askedBy.get(toolCall.toolCallId ?? '') ?? null;
      this.#session.tryRecord(this.#tables.toolCalls, { ...toolCall, modelCallSeq } as never);
    }
    if (!modelCall) return;
    for (const message of this.#newOf(messages.filter(({ isOutput }) => !isOutput)))
      this.#writeMessage(message, span.startMs, null);
    const seq = this.#session.tryRecord(this.#tables.modelCalls, modelCall as never) as number | undefined;
    for (const message of messages.filter(({ isOutput }) => isOutput)) {
      this.#met.set(keyOf(message), (this.#met.get(keyOf(message)) ?? 0) + 1);
      this.#writeMessage(message, span.endMs, seq ?? null);
    }
  }

  #writeMessage({ role, parts, isOutput }: GenAiMessage, atMs: number, modelCallSeq: number | null): void {
    const row = { role, parts, createdAtMs: Math.round(atMs), modelCallSeq };
    this.#session.tryRecord(this.#tables.messages, row as never);
    if (!isOutput || modelCallSeq === null) return;
    for (const { type, id } of parts)
      if (type === 'tool_call' && typeof id === 'string') this.#askedBy.set(id, modelCallSeq);
  }

  /** The n-th time in one request, a message is new if it was met fewer than n times before. */
  #newOf(messages: readonly GenAiMessage[]): GenAiMessage[] {
    const here = new Map<string, number>();
    return messages.filter((message) => {
      const key = keyOf(message);
      const times = (here.get(key) ?? 0) + 1;
      here.set(key, times);
      if (times <= (this.#met.get(key) ?? 0)) return false;
      this.#met.set(key, times);
      return true;
    });
  }
}

function keyOf({ role, parts }: GenAiMessage): string {
  return createHash('sha256').update(role).update(JSON.stringify(parts)).digest('base64');
}
