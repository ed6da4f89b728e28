import type { CreatedSession } from '@varve/core';
import { SaidSoFar, type StandardTables as TablesOf } from '@varve/core/internal';
import type { GenAiMessage, GenAiRows, GenAiSpan } from '@varve/schema';

/** The tables that the processor fills. */
export type StandardTables = TablesOf<'sessions' | 'messages' | 'modelCalls' | 'toolCalls' | 'outputs'>;

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

  write({ operation, modelCall, toolCall, messages }: GenAiRows, span: GenAiSpan): void {
    if (operation === 'invoke_agent') this.#writeOutput(messages, span);
    if (toolCall) {
      const modelCallSeq = this.#askedBy.get(toolCall.toolCallId ?? '') ?? null;
      this.#session.tryRecord(this.#tables.toolCalls, { ...toolCall, modelCallSeq });
    }
    if (!modelCall) return;
    const inputs = messages.filter(({ isOutput }) => !isOutput);
    for (const message of this.#said.takeNew(inputs, printOf))
      this.#writeMessage(message, span.startMs, null);
    const seq = this.#session.tryRecord(this.#tables.modelCalls, modelCall) as number | undefined;
    for (const message of messages.filter(({ isOutput }) => isOutput)) {
      this.#said.add(printOf(message));
      this.#writeMessage(message, span.endMs, seq ?? null);
    }
  }

  /** What an agent gave back; the messages are those of its model calls. */
  #writeOutput(messages: readonly GenAiMessage[], { endMs }: GenAiSpan): void {
    const said = messages.findLast(({ isOutput }) => isOutput)?.parts ?? [];
    const content = said.flatMap((part) => (part.type === 'text' ? [String(part.content)] : [])).join('');
    const row = { kind: 'text', content, isFinal: true, createdAtMs: Math.round(endMs) };
    if (content !== '') this.#session.tryRecord(this.#tables.outputs, row);
  }

  #writeMessage({ role, parts, isOutput }: GenAiMessage, atMs: number, modelCallSeq: number | null): void {
    const row = { role, parts, createdAtMs: Math.round(atMs), modelCallSeq };
    this.#session.tryRecord(this.#tables.messages, row);
    if (!isOutput || modelCallSeq === null) return;
    for (const { type, id } of parts)
      if (type === 'tool_call' && typeof id === 'string') this.#askedBy.set(id, modelCallSeq);
  }
}

function printOf({ role, parts }: GenAiMessage): unknown {
  return [role, parts];
}
