import type { Redact } from '@varve/core';
import { redactRow } from '@varve/core/internal';

/** What hooks know of a tool call that its transcript does not tell, or only in words. */
export interface ToolFact {
  readonly durationMs?: number;
  readonly status?: 'ok' | 'error' | 'cancelled' | 'denied';
  readonly errorType?: string;
  readonly errorMessage?: string;
}

/** More calls than these are not under way at once: what never ended was refused without a word to the hooks. */
const maxRunning = 1000;

interface HookInput {
  /** Measured by the SDK. */
  readonly duration_ms?: number;
  readonly tool_use_id?: string;
  readonly error?: string;
  readonly is_interrupt?: boolean;
  readonly reason?: string;
}

/** Calls of tools by the provider's id. A hook may come before the transcript tells of the call, or after. */
export class ToolFacts {
  readonly #startedMs = new Map<string, number>();
  readonly #facts = new Map<string, ToolFact>();
  readonly #redact: Redact | undefined;
  readonly #onFact: (toolUseId: string, fact: ToolFact) => boolean;

  /** `onFact` answers whether the call is on the timeline already. */
  constructor(onFact: (toolUseId: string, fact: ToolFact) => boolean, redact?: Redact) {
    this.#onFact = onFact;
    this.#redact = redact;
  }

  /** Of a call that is only now on the timeline. */
  take(toolUseId: string): ToolFact | undefined {
    const fact = this.#facts.get(toolUseId);
    this.#facts.delete(toolUseId);
    return fact;
  }

  start(toolUseId: string): void {
    this.#startedMs.set(toolUseId, performance.now());
    const [oldest] = this.#startedMs.keys();
    if (this.#startedMs.size > maxRunning && oldest !== undefined) this.#startedMs.delete(oldest);
  }

  end(toolUseId: string, input: HookInput): void {
    this.#tell(toolUseId, this.#measured(toolUseId, input));
  }

  fail(toolUseId: string, input: HookInput): void {
    const { error, is_interrupt: isInterrupt = false } = input;
    const how = isInterrupt
      ? ({ status: 'cancelled', errorType: 'interrupted' } as const)
      : ({ status: 'error' } as const);
    const errorMessage = error === undefined ? {} : { errorMessage: error };
    this.#tell(toolUseId, { ...this.#measured(toolUseId, input), ...how, ...errorMessage });
  }

  deny(toolUseId: string, { reason }: HookInput): void {
    this.#startedMs.delete(toolUseId);
    const errorMessage = reason === undefined ? {} : { errorMessage: reason };
    this.#tell(toolUseId, { status: 'denied', errorType: 'rejected', ...errorMessage });
  }

  #measured(toolUseId: string, { duration_ms: durationMs }: HookInput): ToolFact {
    const startedMs = this.#startedMs.get(toolUseId);
    this.#startedMs.delete(toolUseId);
    if (durationMs !== undefined) return { durationMs };
    return startedMs === undefined ? {} : { durationMs: performance.now() - startedMs };
  }

  #tell(toolUseId: string, fact: ToolFact): void {
    const known = { ...this.#facts.get(toolUseId), ...this.#redacted(fact) };
    if (!this.#onFact(toolUseId, known)) this.#facts.set(toolUseId, known);
  }

  /** A hook does not throw: of what cannot be redacted, the text is left out. */
  #redacted(fact: ToolFact): ToolFact {
    if (!this.#redact) return fact;
    try {
      return redactRow(this.#redact, 'tool_calls', { ...fact });
    } catch {
      const { errorMessage: _, ...told } = fact;
      return told;
    }
  }
}
