import type { Redact, Session } from '@varve/core';
import { KeysByContent, redactRow, SaidSoFar } from '@varve/core/internal';
import { toJson } from '@varve/schema';
import { type AgentItem, agentItem, itemPrint } from './agent-item.ts';
import { type AgentSpan, endOf, outcomeOf, resultOf, startOf } from './agent-span.ts';
import { AskedCalls } from './asked-calls.ts';
import { type JsonObject, objectOf, parsed, textOf } from './json-access.ts';
import { type ModelSpan, readModelSpan, usageOf } from './model-span.ts';
import type { StandardTables } from './standard-tables.ts';

type Running = ReturnType<Session<StandardTables>['begin']>;

interface RunningTool {
  readonly call: Running;
  readonly name: string;
  readonly parentId: string | null;
}

/** What the spans of one run leave on the timeline of its session. */
export class TraceRecorder {
  readonly sessionId: string | undefined;
  readonly #session: Session<StandardTables>;
  readonly #tables: Partial<StandardTables>;
  readonly #redact: Redact | undefined;
  readonly #said = new SaidSoFar();
  /** The SDK copies what was said for each request. */
  readonly #keys = new KeysByContent();
  readonly #tools = new Map<string, RunningTool>();
  /** By the turn, or the agent, that both the request and the calls belong to. */
  readonly #asked = new Map<string, AskedCalls>();
  readonly #turnsWithModel = new Set<string>();
  #answer: readonly AgentItem[] = [];
  #hasFailed = false;
  #isWaiting = false;
  #isDescribed = false;

  constructor(session: Session<StandardTables>, tables: Partial<StandardTables>, redact?: Redact) {
    this.sessionId = session.id;
    this.#session = session;
    this.#tables = tables;
    this.#redact = redact;
  }

  start(span: AgentSpan): void {
    const { type, name } = span.spanData as JsonObject;
    if (type === 'function') this.#beginTool(span, String(name));
  }

  /** `isRoot` says that the span is the whole run. */
  end(span: AgentSpan, isRoot: boolean): void {
    const data = span.spanData as JsonObject;
    if (isRoot) this.#hasFailed = span.error !== null;
    this.#session.batch(() => this.#record(span, data));
  }

  /** The row of the tool's call that is under way, and its id where only one that was asked for has its name. */
  toolCall(spanId: string): { readonly seq: number | undefined; readonly toolCallId: string | undefined } {
    const { call, name, parentId } = this.#tools.get(spanId) ?? {};
    return { seq: call?.seq, toolCallId: this.#asked.get(parentId ?? '')?.idOf(name) };
  }

  /** How the run ended; the last answer, if it asked for nothing more, is its output. */
  finish(): 'completed' | 'failed' | 'interrupted' {
    if (this.#hasFailed) return 'failed';
    if (this.#isWaiting) return 'interrupted';
    const parts = this.#answer.flatMap((item) => item.parts);
    const texts = parts.flatMap(({ type, content }) => (type === 'text' ? [String(content)] : []));
    const { outputs } = this.#tables;
    if (outputs && texts.length > 0 && parts.every(({ type }) => type !== 'tool_call'))
      this.#session.tryRecord(outputs, { kind: 'text', content: texts.join(''), isFinal: true });
    return 'completed';
  }

  #record(span: AgentSpan, data: JsonObject): void {
    const { name } = data;
    if (data.type === 'response' || data.type === 'generation') this.#recordModelCall(span, data);
    else if (data.type === 'turn') this.#recordTurn(span, data);
    else if (data.type === 'function') this.#endTool(span, data);
    else if (data.type === 'handoff') this.#recordHandoff(span, data);
    else if (data.type === 'transcription' || data.type === 'speech') this.#recordAudio(span, data);
    else if (data.type === 'custom') this.#keep(span, 'custom', name, objectOf(data.data));
    else if (data.type === 'mcp_tools') this.#keep(span, data.type, data.server, { tools: data.result });
    else if (data.type === 'agent' || data.type === 'guardrail') this.#keep(span, data.type, name, data);
  }

  #recordModelCall(span: AgentSpan, data: JsonObject): void {
    const { call, inputs, outputs } = readModelSpan(data);
    const fresh = this.#said.takeNew(inputs, (input) => itemPrint(agentItem(input)), this.#keys);
    for (const input of fresh) this.#say([agentItem(input)], startOf(span), null);
    const seq = this.#recordCall(span, { ...call });
    this.#describe(call);
    if (span.parentId) this.#turnsWithModel.add(span.parentId);
    for (const item of outputs) this.#said.add(itemPrint(item));
    if (outputs.length > 0) this.#say(outputs, endOf(span), seq ?? null);
    const calls = outputs.flatMap(({ parts }) => parts.filter(({ type }) => type === 'tool_call'));
    this.#asked.set(span.parentId ?? '', new AskedCalls(calls, seq));
    this.#answer = outputs;
    this.#isWaiting = false;
  }

  /** The session's row has the model that was asked first. */
  #describe({ providerName = null, requestModel = null }: ModelSpan['call']): void {
    const { sessions } = this.#tables;
    if (this.#isDescribed || !sessions || requestModel === null) return;
    this.#isDescribed = true;
    const told = { providerName, requestModel };
    const left = this.#redact ? redactRow(this.#redact, 'sessions', told) : told;
    this.#session.db.update(sessions).set(left).run();
  }

  /** A model that makes no span of its own still leaves its usage with the turn. */
  #recordTurn(span: AgentSpan, { usage, agent_name, turn }: JsonObject): void {
    this.#isWaiting = this.#asked.get(span.spanId)?.isWaiting === true;
    this.#asked.delete(span.spanId);
    if (this.#turnsWithModel.delete(span.spanId) || usage === undefined) return;
    this.#recordCall(span, {
      ...usageOf(usage),
      durationMs: null,
      metadata: { agent: toJson(agent_name), turn: toJson(turn) },
    });
  }

  /** Audio itself is left out. */
  #recordAudio(span: AgentSpan, { type, model, output }: JsonObject): void {
    const seq = this.#recordCall(span, {
      operationName: String(type),
      requestModel: textOf(model) ?? null,
    });
    if (type !== 'transcription' || typeof output !== 'string') return;
    const item: AgentItem = { role: 'user', parts: [{ type: 'text', content: output }], id: undefined };
    this.#said.add(itemPrint(item));
    this.#say([item], endOf(span), seq ?? null);
  }

  #recordCall(span: AgentSpan, call: ModelSpan['call']): number | undefined {
    const { modelCalls } = this.#tables;
    if (!modelCalls) return undefined;
    const startedAtMs = startOf(span);
    const durationMs = endOf(span) - startedAtMs;
    const row = { startedAtMs, durationMs, ...outcomeOf(span), metadata: { spanId: span.spanId }, ...call };
    return this.#session.tryRecord(modelCalls, row) as number | undefined;
  }

  #say(items: readonly AgentItem[], atMs: number, modelCallSeq: number | null): void {
    const { messages } = this.#tables;
    const [first] = items;
    const parts = items.flatMap((item) => item.parts);
    if (!messages || !first || parts.length === 0) return;
    const messageId =
      items.find(({ id, parts: [part] }) => id && part?.type === 'text')?.id ?? first.id ?? null;
    const row = { role: first.role, parts, messageId, modelCallSeq, createdAtMs: atMs };
    this.#session.tryRecord(messages, row);
  }

  #beginTool(span: AgentSpan, toolName: string): void {
    const { toolCalls } = this.#tables;
    if (!toolCalls) return;
    const modelCallSeq = this.#asked.get(span.parentId ?? '')?.modelCallSeq ?? null;
    const row = { toolName, modelCallSeq, startedAtMs: startOf(span), metadata: { spanId: span.spanId } };
    const call = this.#session.begin(toolCalls, row);
    this.#tools.set(span.spanId, { call, name: toolName, parentId: span.parentId });
  }

  #endTool(span: AgentSpan, data: JsonObject): void {
    const running = this.#tools.get(span.spanId);
    this.#tools.delete(span.spanId);
    const given = data.input === '' ? undefined : parsed(data.input);
    const told = {
      spanId: span.spanId,
      ...(data.mcp_data !== undefined && { mcp: toJson(parsed(data.mcp_data)) }),
    };
    running?.call.end({
      toolCallId: this.#asked.get(span.parentId ?? '')?.meet(String(data.name), given) ?? null,
      durationMs: endOf(span) - startOf(span),
      ...(given !== undefined && { arguments: given }),
      ...(data.output !== '' && { result: resultOf(data.output) }),
      ...outcomeOf(span),
      metadata: told,
    });
  }

  #recordHandoff(span: AgentSpan, { from_agent, to_agent }: JsonObject): void {
    const { decisions } = this.#tables;
    const summary = `hand off from ${from_agent ?? 'an agent'} to ${to_agent ?? 'nobody'}`;
    const modelCallSeq = this.#asked.get(span.parentId ?? '')?.modelCallSeq ?? null;
    const rationale = span.error?.message ?? null;
    const row = { summary, rationale, modelCallSeq, decidedAtMs: startOf(span) };
    if (decisions) this.#session.tryRecord(decisions, row);
  }

  #keep(span: AgentSpan, kind: string, name: unknown, value: JsonObject): void {
    const { intermediateResults } = this.#tables;
    const { type: _type, name: _name, ...rest } = value;
    const error = span.error ? { error: toJson(span.error) } : {};
    const row = {
      kind,
      name: textOf(name) ?? kind,
      value: toJson({ ...rest, ...error }),
      createdAtMs: endOf(span),
    };
    if (intermediateResults) this.#session.tryRecord(intermediateResults, row);
  }
}
