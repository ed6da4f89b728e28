import type { LiveSessionsOptions } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { type Listeners6, listenersOf6 } from './listeners-6.ts';
import { listeners7 } from './listeners-7.ts';
import type { StandardTables } from './standard-tables.ts';
import { TelemetryRecorder } from './telemetry-recorder.ts';
import { ReadListeners } from './version-6.ts';

export interface VarveTelemetryOptions extends Omit<LiveSessionsOptions<StandardTables>, 'lineage'> {
  /** A lineage with the standard tables, or some of them; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /** The agent of a session that neither `runInSession` nor `telemetry.functionId` names. */
  readonly agentName?: string;
  /** Whether messages and arguments of tools are recorded where a call does not say; true unless given. */
  readonly recordInputs?: boolean;
  /** Whether answers and results of tools are recorded where a call does not say; true unless given. */
  readonly recordOutputs?: boolean;
  /**
   * How long after its last event a call of the AI SDK 6, which does not tell of errors, is taken for interrupted, in
   * milliseconds; a quarter of an hour unless given.
   */
  readonly idleMs?: number;
}

type Listener = (event: unknown) => void | Promise<void>;

/** What the AI SDK 7 takes for its `Telemetry`, and the AI SDK 6 for its `TelemetryIntegration`. */
export interface VarveTelemetry
  extends Readonly<Record<keyof typeof listeners7 | keyof Listeners6, Listener>> {
  executeLanguageModelCall<T>(call: {
    readonly callId: string;
    readonly execute: () => PromiseLike<T>;
  }): PromiseLike<T>;
  executeTool<T>(call: {
    readonly callId: string;
    readonly toolCallId: string;
    readonly execute: () => PromiseLike<T>;
  }): PromiseLike<T>;
  /** What was recorded is on the disk, and sessions that have ended are sealed, when it resolves. It never rejects. */
  flush(): Promise<void>;
}

/**
 * Records every call of the AI SDK into session files: messages, model calls with their usage, tool calls, errors and
 * aborts. A call of its own is a session; all calls inside `runInSession` are one; a call inside a tool is a session
 * whose parent is named. A session is sealed off the event loop before the call that it is of returns, and what is open
 * when the process exits then. It never throws into the agent: what cannot be recorded is for `onRecordError`.
 *
 * Integrations given to one call (`telemetry.integrations`) take the place of registered ones: name it there too. For the
 * AI SDK 6 it is registered by `registerTelemetryIntegration`.
 *
 * @example
 * ```ts
 * import { varveTelemetry } from '@varve/ai-sdk';
 * import { registerTelemetry } from 'ai';
 *
 * registerTelemetry(varveTelemetry({ dir: 'live', archiveDir: 'archives' }));
 * ```
 */
export function varveTelemetry(options: VarveTelemetryOptions): VarveTelemetry {
  const lineage = options.lineage ?? standardLineage;
  const { recordInputs: inputs = true, recordOutputs: outputs = true, agentName, idleMs = 900_000 } = options;
  const recorder = new TelemetryRecorder({ ...options, lineage }, { inputs, outputs }, agentName);
  return telemetryOf(recorder, idleMs);
}

/** The AI SDK swallows what its listeners throw, so each reports for itself. */
function telemetryOf(recorder: TelemetryRecorder, idleMs: number): VarveTelemetry {
  const telemetry: Partial<VarveTelemetry> = {
    executeLanguageModelCall: ({ callId, execute }) => recorder.attemptModelCall(callId, execute),
    executeTool: ({ callId, toolCallId, execute }) =>
      recorder.insideTool(callId, toolCallId, () => execute()),
    flush: () => recorder.sessions.flush(),
  };
  for (const [name, listen] of Object.entries(listeners7)) {
    const value: Listener = (event) => recorder.sessions.attempt(() => listen(recorder, event as never));
    Object.defineProperty(telemetry, name, { value, enumerable: true, configurable: true });
  }
  const reads = new ReadListeners();
  for (const [name, listen6] of Object.entries(listenersOf6(recorder, idleMs))) {
    const listener7 = telemetry[name as keyof Listeners6];
    const get = () => listenerOf(reads.callOf(name), recorder, listen6, listener7);
    Object.defineProperty(telemetry, name, { get, enumerable: true });
  }
  return telemetry as VarveTelemetry;
}

/** The events of the AI SDK 7 name their call, those of the AI SDK 6 do not. */
function listenerOf(
  callId: string,
  recorder: TelemetryRecorder,
  listen6: (callId: string, event: never) => void | Promise<void>,
  listener7: Listener | undefined,
): Listener {
  return (event) =>
    typeof event === 'object' && event !== null && 'callId' in event
      ? listener7?.(event)
      : recorder.sessions.attempt(() => listen6(callId, event as never));
}
