import type { Span, Trace, TracingProcessor } from '@openai/agents';
import type { Redact, SessionValues } from '@varve/core';
import { LiveSessions, type LiveSessionsOptions } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { toJson } from '@varve/schema';
import type { AgentSpan } from './agent-span.ts';
import { EndedTraces } from './ended-traces.ts';
import { type JsonObject, textOf } from './json-access.ts';
import { type AgentRun, OpenTrace, type TraceFacts, unnamed } from './open-trace.ts';
import type { StandardTables } from './standard-tables.ts';
import { TraceRecorder } from './trace-recorder.ts';

export interface VarveTracingProcessorOptions extends Omit<LiveSessionsOptions<StandardTables>, 'lineage'> {
  /** A lineage with the standard tables, or some of them; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /**
   * How long after a run that failed its trace is sealed, in milliseconds; 1,000 unless given. The SDK does not end a trace
   * then, and what runs next may be of the same one.
   */
  readonly idleMs?: number;
}

/** A span of these alone makes no session yet: the agent's, which follows, tells its name. */
const namesNobody = new Set<unknown>(['task', 'speech_group']);

/**
 * Records what the OpenAI Agents SDK does into session files: a trace is a session, with model calls and their usage,
 * messages, tool calls, handoffs as decisions, guardrails and agents; an agent that is used as a tool is a session of its
 * own that names the call. A trace is sealed when it ends, and what is open when the process exits then. A run that was
 * interrupted and goes on is a further session, whose metadata names the same trace. It never throws into the agent: what
 * cannot be recorded is for `onRecordError`.
 *
 * @example
 * ```ts
 * import { setTraceProcessors } from '@openai/agents';
 * import { VarveTracingProcessor } from '@varve/openai-agents';
 *
 * setTraceProcessors([new VarveTracingProcessor({ dir: 'live', archiveDir: 'archives' })]);
 * ```
 */
export class VarveTracingProcessor implements TracingProcessor {
  readonly #sessions: LiveSessions<StandardTables>;
  readonly #tables: Partial<StandardTables>;
  readonly #redact: Redact | undefined;
  readonly #idleMs: number;
  readonly #traces = new Map<string, OpenTrace>();
  readonly #ended = new EndedTraces();

  constructor(options: VarveTracingProcessorOptions) {
    const lineage = options.lineage ?? standardLineage;
    this.#tables = lineage.tables;
    this.#redact = options.redact;
    this.#idleMs = options.idleMs ?? 1_000;
    this.#sessions = new LiveSessions({ ...options, lineage });
  }

  async onTraceStart(trace: Trace): Promise<void> {
    this.#traces.set(trace.traceId, new OpenTrace(trace));
  }

  async onTraceEnd({ traceId }: Trace): Promise<void> {
    await this.#end(traceId);
  }

  async onSpanStart(span: Span<never>): Promise<void> {
    const isRoot = span.parentId === null;
    const open = this.#traces.get(span.traceId) ?? (isRoot ? this.#reopen(span.traceId) : undefined);
    clearTimeout(open?.timer);
    this.#sessions.attempt(() => {
      if (open) this.#recorderOf(open, open.start(span as AgentSpan), span)?.start(span as AgentSpan);
    });
  }

  /** A run that goes on when somebody has approved its calls is told without the begin and the end of a trace. */
  #reopen(traceId: string): OpenTrace {
    const open = new OpenTrace(this.#ended.get(traceId), { endsUntold: true });
    this.#traces.set(traceId, open);
    return open;
  }

  async onSpanEnd(span: Span<never>): Promise<void> {
    const open = this.#traces.get(span.traceId);
    if (!open) return;
    const run = open.runOf(span.spanId);
    const isRoot = span.parentId === null || run.key === span.spanId;
    this.#sessions.attempt(() => run.recorder?.end(span as AgentSpan, isRoot));
    open.end(span as AgentSpan);
    if (run.key === span.spanId) await this.#endRun(run);
    else if (isRoot && open.endsUntold) await this.#end(span.traceId);
    else if (isRoot && span.error !== null) this.#endSoon(span.traceId);
  }

  /** Seals what is open. */
  async shutdown(): Promise<void> {
    for (const { timer } of this.#traces.values()) clearTimeout(timer);
    this.#traces.clear();
    this.#sessions.endAll();
    await this.#sessions.flush();
  }

  /** What was recorded is on the disk, and sessions that have ended are sealed, when it resolves. */
  forceFlush(): Promise<void> {
    return this.#sessions.flush();
  }

  /** The SDK waits for it: the archive of a run that has returned is there. */
  async #end(traceId: string): Promise<void> {
    const open = this.#traces.get(traceId);
    clearTimeout(open?.timer);
    this.#traces.delete(traceId);
    if (open) this.#ended.add(open.trace);
    const ends = [...(open?.runs ?? [])].map((run) =>
      run === open?.main ? this.#endRun(run) : this.#sessions.end(run.key, 'interrupted'),
    );
    await Promise.all(ends);
  }

  #endRun({ key, recorder }: AgentRun): Promise<void> {
    return this.#sessions.end(key, this.#sessions.attempt(() => recorder?.finish()) ?? 'completed');
  }

  #endSoon(traceId: string): void {
    const open = this.#traces.get(traceId);
    if (!open) return;
    this.#sessions.wouldEnd(traceId, 'failed');
    open.timer = setTimeout(() => this.#end(traceId), this.#idleMs);
    open.timer.unref();
  }

  /** A session that cannot be made is said once. */
  #recorderOf({ trace }: OpenTrace, run: AgentRun, span: Span<never>): TraceRecorder | undefined {
    const data = span.spanData as JsonObject;
    if (run.isTried || namesNobody.has(data.type)) return run.recorder;
    run.isTried = true;
    const agentName = data.type === 'agent' ? textOf(data.name) : textOf(data.agent_name);
    const session = this.#sessions.open(run.key, () => ({
      ...sessionRow(trace, agentName),
      ...parentOf(run),
    }));
    if (session) run.recorder = new TraceRecorder(session, this.#tables, this.#redact);
    return run.recorder;
  }
}

/** The call of the tool that the run is inside of. */
function parentOf({ inside }: AgentRun): Partial<SessionValues<StandardTables>> {
  const { recorder } = inside?.run ?? {};
  if (!inside || !recorder) return {};
  const { seq, toolCallId } = recorder.toolCall(inside.toolSpanId);
  return {
    parentSessionId: recorder.sessionId ?? null,
    parentCallSeq: seq ?? null,
    parentToolCallId: toolCallId ?? null,
  };
}

function sessionRow(
  { traceId, name, groupId, metadata = {} }: TraceFacts,
  agentName = name,
): SessionValues<StandardTables> {
  return {
    agentName,
    conversationId: groupId,
    title: name === unnamed ? null : name,
    metadata: { traceId, ...(toJson(metadata) as object) },
  };
}
