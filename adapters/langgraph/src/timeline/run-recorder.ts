import type { BaseMessage } from '@langchain/core/messages';
import type { LLMResult } from '@langchain/core/outputs';
import type { Session } from '@varve/core';
import { SaidSoFar, type StandardTables as TablesOf } from '@varve/core/internal';
import { type MessageRow, messageRow } from './message-row.ts';
import { modelCallEnd, modelCallStart } from './model-call-row.ts';

/** The tables that the recorder fills; a team's lineage may have more, and may lack some. */
export type StandardTables = TablesOf<
  'sessions' | 'messages' | 'modelCalls' | 'toolCalls' | 'intermediateResults' | 'outputs'
>;

type RunningCall = ReturnType<Session<StandardTables>['begin']>;
type Fields = Readonly<Record<string, unknown>>;

/** A run inside a graph's run: a call of a model or of a tool, or a node. */
export interface RunStart {
  readonly runId: string;
  readonly metadata: Fields;
}

interface CallOfRun {
  readonly call: RunningCall;
  readonly startedMs: number;
  firstTokenMs?: number;
}

interface NodeOfRun {
  readonly name: string;
  readonly step: unknown;
  readonly startedMs: number;
}

/** What one run of a graph leaves on the timeline of its session. */
export class RunRecorder {
  /** Whether the graph stopped to ask somebody. */
  isInterrupted = false;
  readonly #session: Session<StandardTables>;
  readonly #tables: Partial<StandardTables>;
  readonly #said = new SaidSoFar();
  readonly #calls = new Map<string, CallOfRun>();
  readonly #nodes = new Map<string, NodeOfRun>();
  /** By the id of a tool call: the model call that asked for it. */
  readonly #askedBy = new Map<string, number>();

  constructor(session: Session<StandardTables>, tables: Partial<StandardTables>) {
    this.#session = session;
    this.#tables = tables;
  }

  beginModelCall(
    run: RunStart,
    operationName: string,
    messages: readonly BaseMessage[],
    extraParams?: Fields,
  ): void {
    this.#session.batch(() => {
      const rows = messages.map((message) => ({ row: messageRow(message), messageId: message.id ?? null }));
      for (const { row, messageId } of this.#said.takeNew(rows, (it) => it.row))
        this.#say(row, { messageId });
      const { modelCalls } = this.#tables;
      if (!modelCalls) return;
      const values = {
        operationName,
        ...modelCallStart(extraParams, run.metadata),
        metadata: placeOf(run.metadata),
      };
      this.#begin(run.runId, this.#session.begin(modelCalls, values));
    });
  }

  noteToken(runId: string): void {
    const call = this.#calls.get(runId);
    if (call) call.firstTokenMs ??= performance.now();
  }

  endModelCall(runId: string, output: LLMResult): void {
    const running = this.#calls.get(runId);
    this.#calls.delete(runId);
    const { row, message } = modelCallEnd(output);
    this.#session.batch(() => {
      const timeToFirstTokenMs =
        running?.firstTokenMs === undefined ? null : running.firstTokenMs - running.startedMs;
      running?.call.end({ ...row, timeToFirstTokenMs });
      if (!message) return;
      const said = messageRow(message);
      const modelCallSeq = running?.call.seq ?? null;
      this.#said.add(said);
      this.#say(said, { messageId: message.id ?? null, modelCallSeq });
      for (const { type, id } of said.parts)
        if (type === 'tool_call' && typeof id === 'string' && modelCallSeq !== null)
          this.#askedBy.set(id, modelCallSeq);
    });
  }

  beginTool(run: RunStart, toolName: string, input: unknown, toolCallId: string | undefined): void {
    const { toolCalls } = this.#tables;
    if (!toolCalls) return;
    const values = {
      toolName,
      toolCallId: toolCallId ?? null,
      modelCallSeq: (toolCallId === undefined ? undefined : this.#askedBy.get(toolCallId)) ?? null,
      arguments: input,
      metadata: placeOf(run.metadata),
    };
    this.#begin(run.runId, this.#session.begin(toolCalls, values));
  }

  endTool(runId: string, result: unknown): void {
    this.#calls.get(runId)?.call.end({ result });
    this.#calls.delete(runId);
  }

  failCall(runId: string, error: unknown): void {
    this.#calls.get(runId)?.call.fail(error, isInterrupt(error) ? { status: 'interrupted' } : undefined);
    this.#calls.delete(runId);
  }

  beginNode({ runId, metadata }: RunStart): void {
    const place = placeOf(metadata);
    if (place) this.#nodes.set(runId, { name: place.node, step: place.step, startedMs: performance.now() });
  }

  endNode(runId: string, error?: unknown): void {
    const node = this.#nodes.get(runId);
    this.#nodes.delete(runId);
    if (isInterrupt(error)) this.isInterrupted = true;
    const { intermediateResults } = this.#tables;
    if (!node || !intermediateResults) return;
    const status = error === undefined ? 'ok' : isInterrupt(error) ? 'interrupted' : 'error';
    const value = { status, step: node.step ?? null, durationMs: performance.now() - node.startedMs };
    this.#session.tryRecord(intermediateResults, { kind: 'node', name: node.name, value });
  }

  recordOutput(kind: 'text' | 'json', content: unknown): void {
    const { outputs } = this.#tables;
    if (outputs) this.#session.tryRecord(outputs, { kind, content, isFinal: true });
  }

  #begin(runId: string, call: RunningCall): void {
    this.#calls.set(runId, { call, startedMs: performance.now() });
  }

  #say(row: MessageRow, more: Fields): void {
    const { messages } = this.#tables;
    if (messages && row.parts.length > 0) this.#session.tryRecord(messages, { ...row, ...more });
  }
}

/** The node that a run is in, as a path from the outermost graph: `ask/question`. */
function placeOf(metadata: Fields): { node: string; step: unknown } | undefined {
  const { langgraph_checkpoint_ns: namespace, langgraph_node: node, langgraph_step: step } = metadata;
  if (typeof node !== 'string') return undefined;
  const path =
    typeof namespace === 'string' ? namespace.split('|').map((it) => it.replace(/:.*$/s, '')) : [node];
  return { node: path.filter((it) => !/^\d*$/.test(it)).join('/'), step: step ?? null };
}

export function isInterrupt(error: unknown): boolean {
  return error instanceof Error && ['GraphInterrupt', 'NodeInterrupt'].includes(error.name);
}
