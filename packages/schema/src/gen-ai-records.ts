import type { Attributes } from './attributes.ts';
import type { MessagePart, MessageRole } from './messages.ts';

/** A span as an exporter or a span processor has it, its times in milliseconds since 1970. */
export interface GenAiSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events?: readonly GenAiSpanEvent[] | undefined;
  readonly isError?: boolean | undefined;
  readonly statusMessage?: string | undefined;
}

export interface GenAiSpanEvent {
  readonly name: string;
  readonly attributes: Attributes;
}

export interface GenAiMessage {
  readonly role: MessageRole;
  readonly parts: MessagePart[];
  /** Of what the model said; not of the conversation up to there, which each request repeats. */
  readonly isOutput: boolean;
}
