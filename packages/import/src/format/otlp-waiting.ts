import { mapGenAiSpan } from '@varve/schema';
import type { MapContext } from './contract.ts';
import type { Scratch } from './otlp-scratch.ts';
import type { KeptSpan, Waiting } from './otlp-told.ts';

interface WaitingTrace {
  /** Behind those that are kept elsewhere. */
  readonly spans: Waiting[];
  hasKept: boolean;
}

/** Of their records, so much is held; all beyond is kept in a file. */
const mostHeldBytes = 1 << 20;

/** Spans whose conversation is not known yet. */
export class WaitingSpans {
  count = 0;
  sizeBytes = 0;
  readonly #scratch: () => Scratch;
  readonly #traces = new Map<string, WaitingTrace>();
  readonly #contexts = new Map<string, MapContext>();
  #heldBytes = 0;

  constructor(scratch: () => Scratch) {
    this.#scratch = scratch;
  }

  /** In the order in which they were met. */
  get traceIds(): readonly string[] {
    return [...this.#traces.keys()];
  }

  add(span: Waiting): void {
    const { traceId } = span.it.span;
    const trace = this.#traces.get(traceId) ?? { spans: [], hasKept: false };
    this.#traces.set(traceId, trace);
    this.#contexts.set(span.context.path, span.context);
    trace.spans.push(span);
    this.count++;
    this.sizeBytes += span.ownBytes;
    this.#heldBytes += span.ownBytes;
    if (this.#heldBytes > mostHeldBytes) this.#keepAll();
  }

  /** Those of a trace, which wait no more. */
  *take(traceId: string): Generator<Waiting> {
    const { spans, hasKept } = this.#traces.get(traceId) ?? { spans: [], hasKept: false };
    this.#traces.delete(traceId);
    if (hasKept) {
      for (const kept of this.#scratch().spansOf(traceId)) yield this.#taken(this.#restored(kept));
      this.#scratch().forgetSpans(traceId);
    }
    for (const span of spans) {
      this.#heldBytes -= span.ownBytes;
      yield this.#taken(span);
    }
  }

  /** All of them, a trace after the other. */
  list(): readonly KeptSpan[] {
    return [...this.#traces].flatMap(([traceId, { spans, hasKept }]) => [
      ...(hasKept ? this.#scratch().spansOf(traceId) : []),
      ...spans.map(keptOf),
    ]);
  }

  #keepAll(): void {
    for (const [traceId, trace] of this.#traces) {
      trace.hasKept ||= trace.spans.length > 0;
      for (const span of trace.spans.splice(0)) this.#scratch().addSpan(traceId, keptOf(span));
    }
    this.#heldBytes = 0;
  }

  #taken(span: Waiting): Waiting {
    this.count--;
    this.sizeBytes -= span.ownBytes;
    return span;
  }

  #restored({ path, ...kept }: KeptSpan): Waiting {
    const [context, rows] = [this.#contexts.get(path), mapGenAiSpan(kept.it.span)];
    if (!context || !rows) throw new Error(`a span of ${path} was kept that was not added`);
    return { ...kept, context, rows };
  }
}

function keptOf({ context, rows: _rows, ...span }: Waiting): KeptSpan {
  return { ...span, path: context.path };
}
