import type { SessionValues } from '@varve/core';
import { LiveSessions, type LiveSessionsOptions, SaidSoFar } from '@varve/core/internal';
import { OperationRecorder, type Records } from './operation-recorder.ts';
import { currentScope, enterScope, runInTool, type Scope } from './session-scope.ts';
import type { StandardTables } from './standard-tables.ts';
import type { OperationStart } from './telemetry-events.ts';

/** The calls of the AI SDK that are under way, and the sessions that they belong to. */
export class TelemetryRecorder {
  readonly sessions: LiveSessions<StandardTables>;
  readonly #options: LiveSessionsOptions<StandardTables>;
  readonly #agentName: string | undefined;
  readonly #operations = new Map<string, OperationRecorder>();
  readonly #said = new WeakMap<object, SaidSoFar>();

  readonly #records: Records;

  constructor(options: LiveSessionsOptions<StandardTables>, records: Records, agentName: string | undefined) {
    this.#options = options;
    this.#records = records;
    this.#agentName = agentName;
    this.sessions = new LiveSessions(options);
  }

  start(event: OperationStart): void {
    const scope = currentScope();
    const isShared = scope !== undefined && scope.tool === undefined;
    const key = isShared ? scope.key : event.callId;
    const session = this.sessions.open(key, () => this.#sessionRow(event, scope));
    if (!session) return;
    if (isShared) this.#endWithScope(scope, key);
    const said = this.#said.get(session) ?? new SaidSoFar();
    this.#said.set(session, said);
    const { tables } = this.#options.lineage;
    const kept = { sessions: this.sessions, tables, said, records: this.#records };
    const parts = { key, session, isOwner: !isShared, scope, ...kept };
    this.#operations.set(event.callId, new OperationRecorder(parts));
  }

  with(callId: string, work: (operation: OperationRecorder) => void): void {
    const operation = this.#operations.get(callId);
    if (operation) this.sessions.attempt(() => work(operation));
  }

  finish(callId: string, status: 'completed' | 'failed' | 'interrupted'): Promise<void> | undefined {
    const operation = this.#operations.get(callId);
    this.#operations.delete(callId);
    return operation?.end(status);
  }

  /** One attempt of a request to a model. */
  async attemptModelCall<T>(callId: string, execute: () => PromiseLike<T>): Promise<T> {
    this.with(callId, (operation) => operation.beginAttempt());
    try {
      return await execute();
    } catch (error) {
      this.with(callId, (operation) => operation.failAttempt(error));
      throw error;
    }
  }

  /** What runs inside a tool knows it, so that its own calls become sessions that name their parent. */
  insideTool<T>(callId: string, toolCallId: string, work: () => T): T {
    const scope = this.#toolScope(callId, toolCallId);
    return scope ? runInTool(scope, work) : work();
  }

  /** As `insideTool`, where nobody hands the tool over: what its listener enters lasts until the tool has run. */
  enterTool(callId: string, toolCallId: string): void {
    const scope = this.#toolScope(callId, toolCallId);
    if (scope) enterScope(scope);
  }

  leaveTool(callId: string): void {
    enterScope(this.#operations.get(callId)?.scope);
  }

  #toolScope(callId: string, toolCallId: string): Scope | undefined {
    const operation = this.#operations.get(callId);
    if (!operation) return undefined;
    const tool = { seq: operation.toolSeq(toolCallId), toolCallId, session: operation.session };
    return { key: operation.key, values: { id: operation.session.id ?? '' }, tool, enders: new Set() };
  }

  #endWithScope(scope: Scope, key: string): void {
    for (const { owner } of this.#enders.get(scope) ?? []) if (owner === this) return;
    const end = (status: 'completed' | 'failed', error: unknown) => {
      if (status === 'failed') this.#failAll(key, error);
      return this.sessions.end(key, status);
    };
    scope.enders.add(end);
    this.#enders.set(scope, [{ owner: this }]);
  }

  /** The AI SDK 6 does not tell that a call has failed, but who made it knows. */
  #failAll(key: string, error: unknown): void {
    for (const [callId, operation] of this.#operations) {
      if (operation.key !== key) continue;
      this.sessions.attempt(() => operation.fail(error, 'error'));
      this.#operations.delete(callId);
    }
  }

  readonly #enders = new WeakMap<Scope, { readonly owner: TelemetryRecorder }[]>();

  #sessionRow(event: OperationStart, scope: Scope | undefined): SessionValues<StandardTables> {
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
