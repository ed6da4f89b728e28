import type { Session } from '@varve/core';
import type { LiveSessions, SaidSoFar } from '@varve/core/internal';
import { toJson } from '@varve/schema';
import { messageParts } from './message-parts.ts';
import { instructionsOf, type MessageRow, printOf, requestOptions, rowOf } from './request-facts.ts';
import type { Scope } from './session-scope.ts';
import type { StandardTables } from './standard-tables.ts';
import type {
  ModelCallEnd,
  ModelCallStart,
  OperationEnd,
  RecordChoice,
  ToolEnd,
  ToolStart,
} from './telemetry-events.ts';

type RunningCall = ReturnType<Session<StandardTables>['begin']>;
/** What is recorded of calls that do not say so themselves. */
export interface Records {
  readonly inputs: boolean;
  readonly outputs: boolean;
}

/** What one call of the AI SDK leaves on the timeline of its session. */
export class OperationRecorder {
  readonly key: string;
  readonly session: Session<StandardTables>;
  /** Whether the session is this operation's own and ends with it. */
  readonly isOwner: boolean;
  readonly scope: Scope | undefined;
  readonly #sessions: LiveSessions<StandardTables>;
  readonly #tables: Partial<StandardTables>;
  readonly #said: SaidSoFar;
  readonly #records: Records;
  /** Within one call the SDK adds messages, and changes none. */
  readonly #messageKeys = new WeakMap<object, string>();
  readonly #tools = new Map<string, RunningCall>();
  #modelCall: RunningCall | undefined;
  #modelCallStartedMs = 0;
  #modelCallDurationMs: number | undefined;
  #lastModelCallSeq: number | undefined;
  #request: { readonly event: ModelCallStart; readonly operationName: string } | undefined;
  #attempts = 1;

  constructor(parts: {
    readonly key: string;
    readonly session: Session<StandardTables>;
    readonly isOwner: boolean;
    readonly scope: Scope | undefined;
    readonly sessions: LiveSessions<StandardTables>;
    readonly tables: Partial<StandardTables>;
    readonly said: SaidSoFar;
    readonly records: Records;
  }) {
    this.key = parts.key;
    this.session = parts.session;
    this.isOwner = parts.isOwner;
    this.scope = parts.scope;
    this.#sessions = parts.sessions;
    this.#tables = parts.tables;
    this.#said = parts.said;
    this.#records = parts.records;
  }

  beginModelCall(event: ModelCallStart, operationName = 'chat'): void {
    this.#request = { event, operationName };
    this.#attempts = 1;
    this.#modelCallDurationMs = undefined;
    this.session.batch(() => {
      if (this.#isRecorded(event, 'inputs')) this.#recordInputs(event);
      this.#begin();
    });
  }

  /** A request that failed is made again. */
  beginAttempt(): void {
    if (this.#modelCall || !this.#request) return;
    this.#attempts += 1;
    this.#begin();
  }

  failAttempt(error: unknown): void {
    this.#modelCall?.fail(error);
    this.#modelCall = undefined;
  }

  #begin(): void {
    const { modelCalls } = this.#tables;
    if (!modelCalls || !this.#request) return;
    const { event, operationName } = this.#request;
    this.#modelCallStartedMs = performance.now();
    this.#modelCall = this.session.begin(modelCalls, {
      operationName,
      providerName: event.provider ?? null,
      requestModel: event.modelId ?? null,
      requestOptions: requestOptions(event),
      attempt: this.#attempts,
    });
  }

  endModelCall(event: ModelCallEnd): void {
    const { usage, performance } = event;
    this.session.batch(() => {
      const seq = this.#modelCall?.seq;
      this.#modelCall?.end({
        ...(event.finishReason === 'error' && { status: 'error' }),
        responseModel: event.modelId ?? null,
        responseId: event.responseId ?? null,
        finishReasons: event.finishReason === undefined ? null : [event.finishReason],
        inputTokens: usage?.inputTokens ?? null,
        outputTokens: usage?.outputTokens ?? null,
        cacheReadInputTokens: usage?.inputTokenDetails?.cacheReadTokens ?? null,
        cacheCreationInputTokens: usage?.inputTokenDetails?.cacheWriteTokens ?? null,
        reasoningOutputTokens: usage?.outputTokenDetails?.reasoningTokens ?? null,
        timeToFirstTokenMs: performance?.timeToFirstOutputMs ?? null,
        ...(this.#modelCallDurationMs !== undefined && { durationMs: this.#modelCallDurationMs }),
      });
      this.#modelCall = undefined;
      this.#request = undefined;
      this.#lastModelCallSeq = seq;
      if (this.#isRecorded(event, 'outputs') && event.content) this.#recordAnswer(event.content, seq);
    });
  }

  beginTool(event: ToolStart): void {
    const { toolCalls } = this.#tables;
    if (!toolCalls) return;
    const { toolCallId, toolName, input } = event.toolCall;
    // Version 6 tells of the end of a request only when its tools have run.
    if (this.#modelCall) this.#modelCallDurationMs ??= performance.now() - this.#modelCallStartedMs;
    const call = this.session.begin(toolCalls, {
      toolName,
      toolCallId,
      modelCallSeq: this.#modelCall?.seq ?? this.#lastModelCallSeq ?? null,
      ...(this.#isRecorded(event, 'inputs') && { arguments: input }),
    });
    this.#tools.set(toolCallId, call);
  }

  toolSeq(toolCallId: string): number | undefined {
    return this.#tools.get(toolCallId)?.seq;
  }

  endTool(event: ToolEnd): void {
    const { toolCallId } = event.toolCall;
    const call = this.#tools.get(toolCallId);
    this.#tools.delete(toolCallId);
    const { toolOutput, toolExecutionMs: durationMs } = event;
    const measured = durationMs === undefined ? {} : { durationMs };
    if (toolOutput.type === 'tool-error') call?.fail(toolOutput.error, measured);
    else
      call?.end({
        ...measured,
        ...(this.#isRecorded(event, 'outputs') && { result: toolOutput.output }),
      });
  }

  /** Whatever is under way failed with this. */
  fail(error: unknown, status: 'error' | 'cancelled'): void {
    for (const call of [this.#modelCall, ...this.#tools.values()]) call?.fail(error, { status });
    this.#modelCall = undefined;
    this.#tools.clear();
  }

  /** An answer did not come to its end, and why is not told. */
  breakOff(): void {
    this.#modelCall?.end({ status: 'error', finishReasons: ['error'] });
    this.#modelCall = undefined;
  }

  /** What was said before it broke off is not the answer. */
  recordOutput(event: OperationEnd, hasFailed: boolean): void {
    const { outputs } = this.#tables;
    const { text, object } = event;
    if (!outputs || !this.#isRecorded(event, 'outputs')) return;
    const isFinal = !hasFailed;
    if (object !== undefined)
      this.session.tryRecord(outputs, { kind: 'json', content: JSON.stringify(toJson(object)), isFinal });
    else if (text) this.session.tryRecord(outputs, { kind: 'text', content: text, isFinal });
  }

  #isRecorded(event: RecordChoice, what: keyof Records): boolean {
    const chosen = what === 'inputs' ? event.recordInputs : event.recordOutputs;
    return chosen ?? this.#records[what];
  }

  /** The session is sealed when what it returns resolves; undefined where others are to end it. */
  end(status: 'completed' | 'failed' | 'interrupted'): Promise<void> | undefined {
    return this.isOwner ? this.#sessions.end(this.key, status) : undefined;
  }

  /** Every request repeats the conversation: what is on the timeline already is not recorded again. */
  #recordInputs({ instructions, messages = [] }: ModelCallStart): void {
    const system = instructions === undefined ? [] : [instructionsOf(instructions)];
    const fresh = this.#said.takeNew([...system, ...messages], printOf, this.#messageKeys);
    for (const message of fresh) this.#say(rowOf(message));
  }

  #recordAnswer(content: readonly unknown[], modelCallSeq: number | undefined): void {
    const row = { role: 'assistant' as const, parts: messageParts(content) };
    if (row.parts.length === 0) return;
    this.#said.add(row);
    this.#say({ ...row, modelCallSeq: modelCallSeq ?? null });
  }

  #say(row: MessageRow): void {
    const { messages } = this.#tables;
    if (messages) this.session.tryRecord(messages, row);
  }
}
