import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { LiveSessions, type LiveSessionsOptions } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { type GenAiRows, mapGenAiSpan } from '@varve/schema';
import { SpanRows, type StandardTables } from './span-rows.ts';
import { toGenAiSpan } from './to-gen-ai-span.ts';

export interface VarveSpanProcessorOptions extends Omit<LiveSessionsOptions<StandardTables>, 'lineage'> {
  /** A lineage with the standard tables; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /** The agent of a session whose spans do not name one; unless given, the resource's `service.name`. */
  readonly agentName?: string;
  /** How long after its last span a session is sealed, for spans come late, in milliseconds; 60,000 unless given. */
  readonly idleMs?: number;
}

/** What is known of a session that is open. */
interface OpenSession {
  readonly rows: SpanRows;
  readonly traces: Set<string>;
  readonly underWay: Set<string>;
  timer?: NodeJS.Timeout;
  hasFailed: boolean;
}

/**
 * Records spans that follow OpenTelemetry's GenAI conventions into session files. A session is a
 * `gen_ai.conversation.id`, else a `session.id`, else a trace; its row is there when its first span starts, and a span's
 * rows when the span ends. It is sealed when no span has come for a while, at `shutdown`, and when the process exits. It
 * never throws into the agent: what cannot be recorded is for `onRecordError`.
 *
 * @example
 * ```ts
 * import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
 * import { VarveSpanProcessor } from '@varve/otel';
 *
 * const processor = new VarveSpanProcessor({ dir: 'live', archiveDir: 'archives' });
 * const provider = new BasicTracerProvider({ spanProcessors: [processor] });
 * await provider.shutdown();
 * ```
 */
export class VarveSpanProcessor implements SpanProcessor {
  readonly #sessions: LiveSessions<StandardTables>;
  readonly #options: VarveSpanProcessorOptions;
  readonly #tables: StandardTables;
  readonly #open = new Map<string, OpenSession>();
  readonly #keyOfTrace = new Map<string, string>();

  constructor(options: VarveSpanProcessorOptions) {
    const lineage = options.lineage ?? (standardLineage as unknown as Lineage<StandardTables>);
    this.#options = options;
    this.#tables = lineage.tables;
    this.#sessions = new LiveSessions({ ...options, lineage });
  }

  onStart(span: ReadableSpan): void {
    this.#sessions.attempt(() => {
      const rows = mapGenAiSpan(toGenAiSpan(span));
      if (!rows) return;
      const session = this.#sessionOf(span, rows)?.session;
      session?.underWay.add(span.spanContext().spanId);
      clearTimeout(session?.timer);
    });
  }

  onEnd(span: ReadableSpan): void {
    this.#sessions.attempt(() => {
      const it = toGenAiSpan(span);
      const rows = mapGenAiSpan(it);
      const found = rows && this.#sessionOf(span, rows);
      if (!found) return;
      const { key, session } = found;
      this.#sessions.get(key)?.batch(() => session.rows.write(rows, it));
      if (rows.operation === 'invoke_agent' || !it.parentSpanId) session.hasFailed = it.isError === true;
      session.underWay.delete(it.spanId);
      if (session.underWay.size === 0) this.#endWhenIdle(key, session);
    });
  }

  /** Rows are on the disk already. */
  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    for (const [key, session] of [...this.#open]) this.#end(key, session);
  }

  #sessionOf(span: ReadableSpan, rows: GenAiRows): { key: string; session: OpenSession } | undefined {
    const { traceId } = span.spanContext();
    const named = rows.conversationId ?? span.attributes['session.id'];
    const key = this.#keyOfTrace.get(traceId) ?? (typeof named === 'string' ? `id ${named}` : traceId);
    const live = this.#sessions.open(key, () => this.#sessionRow(span, rows, named) as never);
    if (!live) return undefined;
    const session = this.#open.get(key) ?? {
      rows: new SpanRows(live, this.#tables),
      ...{ traces: new Set<string>(), underWay: new Set<string>(), hasFailed: false },
    };
    this.#open.set(key, session);
    this.#keyOfTrace.set(traceId, key);
    session.traces.add(traceId);
    return { key, session };
  }

  #sessionRow({ resource }: ReadableSpan, rows: GenAiRows, named: unknown): Record<string, unknown> {
    const { providerName, requestModel } = rows.modelCall ?? {};
    return {
      agentName: this.#options.agentName ?? String(resource.attributes['service.name'] ?? 'unknown'),
      ...(typeof named === 'string' && { conversationId: named }),
      ...(providerName && { providerName }),
      ...(requestModel && { requestModel }),
      ...rows.session,
    };
  }

  #endWhenIdle(key: string, session: OpenSession): void {
    clearTimeout(session.timer);
    session.timer = setTimeout(() => this.#end(key, session), this.#options.idleMs ?? 60_000);
    session.timer.unref();
  }

  #end(key: string, session: OpenSession): void {
    clearTimeout(session.timer);
    this.#open.delete(key);
    for (const traceId of session.traces) this.#keyOfTrace.delete(traceId);
    const isWhole = session.underWay.size === 0;
    this.#sessions.end(key, !isWhole ? 'interrupted' : session.hasFailed ? 'failed' : 'completed');
  }
}
