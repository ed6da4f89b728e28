import type { GenAiRows } from '@varve/schema';

/** Where a span stands. */
export interface SpanPlace {
  /** The session that it belongs to. */
  readonly key: string;
  /** Whether an agent is around it, or it is one. */
  readonly isInAgent: boolean;
  /** The tool call that it is part of, by the provider's id. */
  readonly toolCallId: string | undefined;
}

/** The spans of the sessions that are open, also those that are no rows: an agent's calls may stand below them. */
export class SpanTree {
  readonly #places = new Map<string, SpanPlace>();

  get(spanId: string | undefined): SpanPlace | undefined {
    return spanId === undefined ? undefined : this.#places.get(spanId);
  }

  /** A span that is no row stands where its parent does. */
  inherit(spanId: string, parentSpanId: string | undefined): SpanPlace | undefined {
    const place = this.get(parentSpanId);
    if (place) this.#places.set(spanId, place);
    return place;
  }

  add(spanId: string, key: string, rows: GenAiRows, parent: SpanPlace | undefined): void {
    const isAgent = rows.operation === 'invoke_agent';
    const toolCallId = isAgent ? undefined : (rows.toolCall?.toolCallId ?? parent?.toolCallId);
    const isInAgent = isAgent || (parent?.key === key && parent.isInAgent);
    this.#places.set(spanId, { key, isInAgent, toolCallId });
  }

  delete(spanIds: Iterable<string>): void {
    for (const spanId of spanIds) this.#places.delete(spanId);
  }
}
