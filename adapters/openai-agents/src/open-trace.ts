import type { AgentSpan } from './agent-span.ts';
import type { JsonObject } from './json-access.ts';
import type { TraceRecorder } from './trace-recorder.ts';

/** The name of a trace that was given none. */
export const unnamed = 'Agent workflow';

/** What a trace says of itself. */
export interface TraceFacts {
  readonly traceId: string;
  readonly name: string;
  readonly groupId: string | null;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** One run of agents, which is a session: that of a trace, or one inside of a tool. */
export interface AgentRun {
  /** The trace's id, or that of the span that the run inside of a tool is. */
  readonly key: string;
  /** The tool that it is inside of. */
  readonly inside?: { readonly run: AgentRun; readonly toolSpanId: string };
  /** Whether a session was made, or could not be. */
  isTried: boolean;
  recorder?: TraceRecorder;
}

/** The runs of one trace that are under way, found by their spans. */
export class OpenTrace {
  readonly trace: TraceFacts;
  /** Whether nobody tells when it ends. */
  readonly endsUntold: boolean;
  readonly main: AgentRun;
  timer?: NodeJS.Timeout;
  readonly #runs = new Map<string, AgentRun>();
  readonly #toolSpans = new Set<string>();

  constructor({ traceId, name, groupId, metadata = {} }: TraceFacts, { endsUntold = false } = {}) {
    this.trace = { traceId, name, groupId, metadata };
    this.endsUntold = endsUntold;
    this.main = { key: traceId, isTried: false };
  }

  /** The innermost first. */
  get runs(): AgentRun[] {
    return [this.main, ...new Set(this.#runs.values())]
      .filter((it, at, all) => all.indexOf(it) === at)
      .reverse();
  }

  start({ spanId, parentId, spanData }: AgentSpan): AgentRun {
    const around = this.runOf(parentId);
    const { type } = spanData as JsonObject;
    const isInTool = parentId !== null && this.#toolSpans.has(parentId);
    const run: AgentRun =
      isInTool && (type === 'task' || type === 'agent')
        ? { key: spanId, inside: { run: around, toolSpanId: parentId }, isTried: false }
        : around;
    this.#runs.set(spanId, run);
    if (type === 'function') this.#toolSpans.add(spanId);
    return run;
  }

  /** The run that the span belongs to. */
  runOf(spanId: string | null): AgentRun {
    return (spanId === null ? undefined : this.#runs.get(spanId)) ?? this.main;
  }

  end({ spanId }: AgentSpan): void {
    this.#runs.delete(spanId);
    this.#toolSpans.delete(spanId);
  }
}
