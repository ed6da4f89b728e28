import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SessionValues } from '@varve/core';
import { LiveSessions, type LiveSessionsOptions } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { type GenAiRows, mapGenAiSpan } from '@varve/schema';
import { OpenSession } from './open-session.ts';
import type { StandardTables } from './span-rows.ts';
import { type SpanPlace, SpanTree } from './span-tree.ts';
import { toGenAiSpan } from './to-gen-ai-span.ts';

export interface VarveSpanProcessorOptions extends Omit<LiveSessionsOptions<StandardTables>, 'lineage'> {
  /** A lineage with the standard tables; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /** The agent of a session whose spans do not name one; unless given, the resource's `service.name`. */
  readonly agentName?: string;
  /** How long after its last span a session is sealed, for spans come late, in milliseconds; 60,000 unless given. */
  readonly idleMs?: number;
}

/**
 * Records spans that follow OpenTelemetry's GenAI conventions, or OpenInference's, into session files. A session is a
 * `gen_ai.conversation.id`, else a `session.id`, else a trace; an agent inside an agent is a session that names its parent.
 * The session's row is there when its first span starts, and a span's rows when the span ends. It is sealed when no span has come for a while, at `shutdown`, and when the process exits. It
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
  readonly #keyOfName = new Map<string, string>();
  readonly #tree = new SpanTree();

  constructor(options: VarveSpanProcessorOptions) {
    const lineage = options.lineage ?? standardLineage;
    this.#options = options;
    this.#tables = lineage.tables;
    this.#sessions = new LiveSessions({ ...options, lineage });
  }

  onStart(span: ReadableSpan): void {
    this.#sessions.attempt(() => {
      const { spanId } = span.spanContext();
      const rows = mapGenAiSpan(toGenAiSpan(span));
      if (rows) {
        const found = this.#sessionOf(span, rows);
        if (!found) return;
        found.session.underWay.add(spanId);
        clearTimeout(found.session.timer);
        this.#sessions.wouldEnd(found.key, 'interrupted');
      } else {
        const place = this.#tree.inherit(spanId, span.parentSpanContext?.spanId);
        if (place) this.#open.get(place.key)?.spans.add(spanId);
      }
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
      this.#sessions.commit(key);
      session.learn({ ...modelOf(rows), ...rows.session, conversationId: nameOf(span, rows) });
      session.underWay.delete(it.spanId);
      if (rows.operation === 'invoke_agent' || !it.parentSpanId) session.hasFailed = it.isError === true;
      if (session.underWay.size === 0) this.#endWhenIdle(key, session);
    });
  }

  /** What was recorded is on the disk, and sessions that have ended are sealed, when it resolves. */
  forceFlush(): Promise<void> {
    return this.#sessions.flush();
  }

  async shutdown(): Promise<void> {
    for (const [key, session] of [...this.#open]) this.#end(key, session);
    await this.#sessions.flush();
  }

  #sessionOf(span: ReadableSpan, rows: GenAiRows): { key: string; session: OpenSession } | undefined {
    const { spanId } = span.spanContext();
    const known = this.#tree.get(spanId);
    const parent = this.#tree.get(span.parentSpanContext?.spanId);
    const isNested = known === undefined && rows.operation === 'invoke_agent' && parent?.isInAgent === true;
    const key = known?.key ?? (isNested ? `span ${spanId}` : (parent?.key ?? this.#keyOf(span, rows)));
    const told = { ...modelOf(rows), ...rows.session, conversationId: nameOf(span, rows) };
    const above = isNested ? this.#parentOf(parent) : {};
    const live = this.#sessions.open(key, () => this.#sessionRow(span, { ...told, ...above }));
    if (!live) return undefined;
    const { redact } = this.#options;
    const session = this.#open.get(key) ?? new OpenSession({ live, tables: this.#tables, redact, told });
    this.#open.set(key, session);
    if (!known) this.#tree.add(spanId, key, rows, parent);
    session.spans.add(spanId);
    if (!key.startsWith('span '))
      this.#remember(key, session, span.spanContext().traceId, told.conversationId);
    return { key, session };
  }

  #keyOf(span: ReadableSpan, rows: GenAiRows): string {
    const { traceId } = span.spanContext();
    const name = nameOf(span, rows);
    const named = name === undefined ? undefined : (this.#keyOfName.get(name) ?? `id ${name}`);
    return this.#keyOfTrace.get(traceId) ?? named ?? traceId;
  }

  /** What is told of a conversation only later joins what was told without. */
  #remember(key: string, session: OpenSession, traceId: string, name: string | undefined): void {
    this.#keyOfTrace.set(traceId, key);
    session.traces.add(traceId);
    if (name === undefined || this.#keyOfName.has(name)) return;
    this.#keyOfName.set(name, key);
    session.names.add(name);
  }

  #parentOf(parent: SpanPlace | undefined): Record<string, unknown> {
    const parentSessionId = parent && this.#sessions.get(parent.key)?.id;
    return { parentSessionId, parentToolCallId: parent?.toolCallId };
  }

  #sessionRow(
    { resource }: ReadableSpan,
    told: Readonly<Record<string, unknown>>,
  ): SessionValues<StandardTables> {
    const agentName = this.#options.agentName ?? String(resource.attributes['service.name'] ?? 'unknown');
    const known = Object.entries(told).filter(([, value]) => value !== undefined && value !== null);
    return { agentName, ...Object.fromEntries(known) };
  }

  #endWhenIdle(key: string, session: OpenSession): void {
    clearTimeout(session.timer);
    this.#sessions.wouldEnd(key, session.hasFailed ? 'failed' : 'completed');
    session.timer = setTimeout(() => this.#end(key, session), this.#options.idleMs ?? 60_000);
    session.timer.unref();
  }

  #end(key: string, session: OpenSession): void {
    clearTimeout(session.timer);
    this.#open.delete(key);
    this.#tree.delete(session.spans);
    for (const traceId of session.traces) this.#keyOfTrace.delete(traceId);
    for (const name of session.names) this.#keyOfName.delete(name);
    const isWhole = session.underWay.size === 0;
    this.#sessions.end(key, !isWhole ? 'interrupted' : session.hasFailed ? 'failed' : 'completed');
  }
}

function nameOf({ attributes }: ReadableSpan, { conversationId }: GenAiRows): string | undefined {
  const named = conversationId ?? attributes['session.id'];
  return typeof named === 'string' && named !== '' ? named : undefined;
}

function modelOf({ modelCall }: GenAiRows): Record<string, unknown> {
  return { providerName: modelCall?.providerName, requestModel: modelCall?.requestModel };
}
