import type { CreatedSession } from '@varve/core';
import { SaidSoFar } from '@varve/core/internal';
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
  readonly #said = new SaidSoFar();
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
    const inputs = messages.filter(({ isOutput }) => !isOutput);
    for (const message of this.#said.takeNew(inputs, printOf))
      this.#writeMessage(message, span.startMs, null);
    const seq = this.#session.tryRecord(this.#tables.modelCalls, modelCall as never) as number | undefined;
    for (const message of messages.filter(({ isOutput }) => isOutput)) {
      this.#said.add(printOf(message));
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
}

function printOf({ role, parts }: GenAiMessage): unknown {
  return [role, parts];
}
