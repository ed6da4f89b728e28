import { LiveSessions, type LiveSessionsOptions, SaidSoFar } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import type { Telemetry } from 'ai';
import { OperationRecorder } from './operation-recorder.ts';
import { currentScope, runInTool, type Scope } from './session-scope.ts';
import type { StandardTables } from './standard-tables.ts';
import type {
  EmbedEnd,
  EmbedStart,
  ModelCallEnd,
  ModelCallStart,
  OperationAbort,
  OperationEnd,
  OperationError,
  OperationStart,
  ToolEnd,
  ToolStart,
} from './telemetry-events.ts';

export interface VarveTelemetryOptions extends Omit<LiveSessionsOptions<StandardTables>, 'lineage'> {
  /** A lineage with the standard tables, or some of them; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /** The agent of a session that neither `runInSession` nor `telemetry.functionId` names. */
  readonly agentName?: string;
}

/**
 * Records every call of the AI SDK into session files: messages, model calls with their usage, tool calls, errors and
 * aborts. A call of its own is a session; all calls inside `runInSession` are one; a call inside a tool is a session
 * whose parent is named. A session is sealed when it ends, and what is open when the process exits then. It never
 * throws into the agent: what cannot be recorded is for `onRecordError`.
 *
 * Integrations given to one call (`telemetry.integrations`) take the place of registered ones: name it there too.
 *
 * @example
 * ```ts
 * import { varveTelemetry } from '@varve/ai-sdk';
 * import { registerTelemetry } from 'ai';
 *
 * registerTelemetry(varveTelemetry({ dir: 'live', archiveDir: 'archives' }));
 * ```
 */
export function varveTelemetry(options: VarveTelemetryOptions): Telemetry {
  const lineage = options.lineage ?? (standardLineage as unknown as Lineage<StandardTables>);
  return telemetryOf(new TelemetryRecorder({ ...options, lineage }, options.agentName));
}

class TelemetryRecorder {
  readonly sessions: LiveSessions<StandardTables>;
  readonly #options: LiveSessionsOptions<StandardTables>;
  readonly #agentName: string | undefined;
  readonly #operations = new Map<string, OperationRecorder>();
  readonly #said = new WeakMap<object, SaidSoFar>();

  constructor(options: LiveSessionsOptions<StandardTables>, agentName: string | undefined) {
    this.#options = options;
    this.#agentName = agentName;
    this.sessions = new LiveSessions(options);
  }

  start(event: OperationStart): void {
    const scope = currentScope();
    const isShared = scope !== undefined && scope.tool === undefined;
    const key = isShared ? scope.key : event.callId;
    const session = this.sessions.open(key, () => this.#sessionRow(event, scope) as never);
    if (!session) return;
    if (isShared) this.#endWithScope(scope, key);
    const said = this.#said.get(session) ?? new SaidSoFar();
    this.#said.set(session, said);
    const { tables } = this.#options.lineage;
    const parts = { key, session, isOwner: !isShared, scope, sessions: this.sessions, tables, said };
    this.#operations.set(event.callId, new OperationRecorder(parts));
  }

  with(callId: string, work: (operation: OperationRecorder) => void): void {
    const operation = this.#operations.get(callId);
    if (operation) this.sessions.attempt(() => work(operation));
  }

  finish(callId: string, status: 'completed' | 'failed' | 'interrupted'): void {
    this.#operations.get(callId)?.end(status);
    this.#operations.delete(callId);
  }

  /** What runs inside a tool knows it, so that its own calls become sessions that name their parent. */
  insideTool<T>(callId: string, toolCallId: string, work: () => T): T {
    const operation = this.#operations.get(callId);
    if (!operation) return work();
    const tool = { seq: operation.toolSeq(toolCallId), toolCallId };
    const values = { id: operation.session.id ?? '' };
    return runInTool({ key: operation.key, values, tool, enders: new Set() }, work);
  }

  #endWithScope(scope: Scope, key: string): void {
    for (const { owner } of this.#enders.get(scope) ?? []) if (owner === this) return;
    const end = (status: 'completed' | 'failed') => void this.sessions.end(key, status);
    scope.enders.add(end);
    this.#enders.set(scope, [{ owner: this }]);
  }

  readonly #enders = new WeakMap<Scope, { readonly owner: TelemetryRecorder }[]>();

  #sessionRow(event: OperationStart, scope: Scope | undefined): Record<string, unknown> {
    const known = {
      agentName: event.functionId ?? this.#agentName ?? 'ai-sdk',
      providerName: event.provider,
      requestModel: event.modelId,
    };
    if (!scope?.tool) return { ...known, ...scope?.values };
    const { seq, toolCallId } = scope.tool;
    return { ...known, parentSessionId: scope.values.id, parentCallSeq: seq, parentToolCallId: toolCallId };
  }
}

/** The AI SDK swallows what its listeners throw, so each reports for itself. */
function telemetryOf(recorder: TelemetryRecorder): Telemetry {
  const attempt = <T>(work: (event: T) => void) => {
    return (event: unknown) => void recorder.sessions.attempt(() => work(event as T));
  };
  return {
    onStart: attempt<OperationStart>((event) => recorder.start(event)),
    onLanguageModelCallStart: attempt<ModelCallStart>((event) =>
      recorder.with(event.callId, (operation) => operation.beginModelCall(event)),
    ),
    onLanguageModelCallEnd: attempt<ModelCallEnd>((event) =>
      recorder.with(event.callId, (operation) => operation.endModelCall(event)),
    ),
    onEmbedStart: attempt<EmbedStart>((event) =>
      recorder.with(event.callId, (operation) => operation.beginModelCall(event, 'embeddings')),
    ),
    onEmbedEnd: attempt<EmbedEnd>(({ usage, ...event }) =>
      recorder.with(event.callId, (operation) =>
        operation.endModelCall({ ...event, usage: { inputTokens: usage?.tokens } }),
      ),
    ),
    onToolExecutionStart: attempt<ToolStart>((event) =>
      recorder.with(event.callId, (operation) => operation.beginTool(event)),
    ),
    onToolExecutionEnd: attempt<ToolEnd>((event) =>
      recorder.with(event.callId, (operation) => operation.endTool(event)),
    ),
    onAbort: attempt<OperationAbort>(({ callId, reason }) => {
      recorder.with(callId, (operation) => operation.fail(reason, 'cancelled'));
      recorder.finish(callId, 'interrupted');
    }),
    onError: attempt<OperationError>(({ callId, error }) => {
      recorder.with(callId, (operation) => operation.fail(error, 'error'));
      recorder.finish(callId, 'failed');
    }),
    onEnd: attempt<OperationEnd>(({ callId, text, recordOutputs }) => {
      recorder.with(callId, (operation) => {
        if (text && recordOutputs !== false) operation.recordOutput(text);
      });
      recorder.finish(callId, 'completed');
    }),
    executeTool: ({ callId, toolCallId, execute }) =>
      recorder.insideTool(callId, toolCallId, () => execute()),
  };
}
