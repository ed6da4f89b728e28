import { LogClock } from '@varve/core/internal';
import type { HeldRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import { contentParts } from './chat-parts.ts';
import type { Usage } from './claude-usage.ts';
import { CodexCopies, type CodexIdentity, type CodexLine } from './codex-copies.ts';
import { codexOutcome, codexUsage } from './codex-outcome.ts';
import { type LogMapper, type LogRecord, type MapContext, placeOf } from './contract.ts';
import {
  arrayOf,
  isObject,
  type JsonObject,
  jsonText,
  objectOf,
  parsedOrText,
  restOf,
  textOf,
  timeOf,
} from './json-access.ts';

interface OpenCall {
  readonly held: HeldRow;
  readonly startedAtMs: number;
  /** What events told of it beside its result. */
  readonly events: Record<string, unknown>;
}

export interface SavedCodex {
  readonly atMs: number;
  readonly open: ReadonlyMap<string, OpenCall>;
  readonly said: ReadonlyMap<string, number>;
  /** By their places on the timeline. */
  readonly modelCall: number | undefined;
  readonly lastCall: number | undefined;
  readonly hasUsage: boolean;
  readonly model: string | undefined;
  readonly lastUsage: string | undefined;
  readonly lastResponse: string | undefined;
  readonly hasRecords: boolean;
  readonly thoughts: readonly Thought[];
}

/** Reasoning that an event told, and no item by now. */
interface Thought {
  readonly text: string;
  readonly atMs: number;
  /** Told by an earlier import, which has counted it. */
  readonly isCounted: boolean;
}

/** The item that an event repeats, or that repeats it: one of the two is enough. */
const lastSaid = 64;
const toldWithItem = 'told with its item';

export class CodexMapper implements LogMapper {
  readonly #context: MapContext;
  readonly #identity: CodexIdentity;
  readonly #open: Map<string, OpenCall>;
  /** By who said what: how often items have said it without an event, or, below zero, events without an item. */
  readonly #said: Map<string, number>;
  readonly #clock: LogClock;
  #thoughts: readonly Thought[];
  #lateCount = 0;
  readonly #copies: CodexCopies;
  #session: SessionWriter | undefined;
  #modelCall: HeldRow | undefined;
  #lastCall: HeldRow | undefined;
  #hasUsage: boolean;
  #model: string | undefined;
  #lastUsage: string | undefined;
  #lastResponse: string | undefined;
  /** Of usage: what events say of it after that is theirs again. */
  #hasRecords: boolean;
  #atMs: number;

  constructor(context: MapContext, identity: CodexIdentity, saved?: SavedCodex) {
    this.#context = context;
    this.#identity = identity;
    this.#clock = new LogClock(context, saved?.atMs);
    this.#atMs = saved?.atMs ?? 0;
    this.#open = new Map(saved?.open);
    this.#said = new Map(saved?.said);
    this.#hasUsage = saved?.hasUsage ?? true;
    this.#model = saved?.model;
    this.#lastUsage = saved?.lastUsage;
    this.#lastResponse = saved?.lastResponse;
    this.#hasRecords = saved?.hasRecords ?? false;
    this.#thoughts = (saved?.thoughts ?? []).map((it) => ({ ...it, isCounted: true }));
    this.#lastCall = saved?.lastCall === undefined ? undefined : { seq: saved.lastCall };
    this.#modelCall = saved?.modelCall === saved?.lastCall ? this.#lastCall : undefined;
    if (saved) this.#session = context.session(identity.id);
    this.#copies = new CodexCopies(context, identity);
  }

  map({ value }: LogRecord): string | undefined {
    if (!isObject(value)) return 'not a record';
    const line = lineOf(value);
    this.#atMs = this.#clock.tick(line?.atMs);
    if (!line) return 'not a record';
    const session = this.#begin();
    if (!this.#copies.isCopied(line)) return this.#mapLine(session, line);
    if (line.payload.type === 'token_count') this.#lastUsage = usageKey(line.payload) ?? this.#lastUsage;
    return 'copied from the session it was forked from';
  }

  /** Records that were said to be told by another one, which has not come. */
  takenBack(): Readonly<Record<string, number>> {
    return { [toldWithItem]: this.#lateCount };
  }

  end(): void {
    if (!this.#session) return;
    this.#writeThoughts(this.#session);
    this.#closeModelCall();
    for (const call of this.#open.values()) this.#addEvents(this.#session, call);
    if (this.#open.size > 0) this.#session.describe({ status: 'interrupted' });
  }

  /** Not where other logs may hold the same records: to tell, all of them are needed. */
  save(): SavedCodex | undefined {
    const mayBeCopied = this.#context.family.records !== undefined || this.#copies.isChild;
    if (this.#clock.isByFile || mayBeCopied || !this.#session) return undefined;
    const open = [...this.#open].map(([id, call]) => [id, { ...call, held: placeOf(call.held) }] as const);
    return {
      atMs: this.#atMs,
      open: new Map(open),
      said: this.#said,
      modelCall: this.#modelCall?.seq,
      lastCall: this.#lastCall?.seq,
      hasUsage: this.#hasUsage,
      model: this.#model,
      lastUsage: this.#lastUsage,
      lastResponse: this.#lastResponse,
      hasRecords: this.#hasRecords,
      thoughts: this.#thoughts,
    };
  }

  #begin(): SessionWriter {
    if (this.#session) return this.#session;
    const { id, forkedFrom, parent } = this.#identity;
    this.#session = this.#context.session(id);
    const start = this.#context.family.starts.get(id);
    this.#session.describe({
      agentName: 'codex',
      providerName: 'openai',
      ...(parent !== undefined && { parentSessionId: parent }),
      ...(forkedFrom !== undefined && { parentSessionId: forkedFrom, metadata: { forkedFrom } }),
      ...start,
    });
    return this.#session;
  }

  #mapLine(session: SessionWriter, { type, payload }: CodexLine): string | undefined {
    session.touch(this.#atMs);
    if (type === 'token_usage_record') return this.#mapUsageRecord(session, payload);
    if (type === 'response_item') return this.#mapItem(session, payload);
    if (type === 'event_msg') return this.#mapEvent(session, payload);
    if (type === 'session_meta') return this.#mapHeader(session, payload);
    if (type === 'turn_context') this.#model = textOf(payload.model) ?? this.#model;
    if (type === 'turn_context' && session.fact('requestModel') === undefined && this.#model)
      session.describe({ requestModel: this.#model });
    this.#keep(session, type, type, payload);
    return undefined;
  }

  /** The header is the session; what it tells the model is a message. */
  #mapHeader(session: SessionWriter, payload: JsonObject): string | undefined {
    if (payload.id !== undefined && payload.id !== this.#identity.id) return 'a header of another session';
    const { base_instructions, instructions, ...facts } = payload;
    session.describe({
      agentVersion: textOf(payload.cli_version) ?? null,
      providerName: textOf(payload.model_provider) ?? 'openai',
      startedAtMs: timeOf(payload.timestamp) ?? this.#atMs,
      metadata: restOf(facts, new Set(['id', 'timestamp', 'cli_version', 'model_provider', 'type'])) ?? {},
    });
    const text =
      textOf(objectOf(base_instructions).text) ?? textOf(base_instructions) ?? textOf(instructions);
    if (text) this.#message(session, 'system', [{ type: 'text', content: text }], {});
    else this.#keep(session, 'session_meta', 'session_meta', payload);
    return undefined;
  }

  #mapItem(session: SessionWriter, item: JsonObject): string | undefined {
    const type = String(item.type);
    if (type === 'reasoning') return this.#mapReasoning(session, item);
    this.#writeThoughts(session);
    if (type === 'message') return this.#mapMessage(session, item);
    if (type.endsWith('_output')) return this.#endCall(session, item);
    if (type.endsWith('_call')) return this.#startCall(session, item);
    this.#keep(session, type, type, item);
    return undefined;
  }

  #mapMessage(session: SessionWriter, item: JsonObject): string | undefined {
    const role = item.role === 'assistant' ? 'assistant' : item.role === 'user' ? 'user' : 'system';
    const parts = contentParts(item.content);
    if (this.#isSaid(role, textIn(parts), 1)) return 'told by an event before';
    if (role !== 'assistant') this.#closeModelCall();
    this.#message(session, role, parts, restOf(item, new Set(['type', 'role', 'content', 'id'])), item.id);
    return undefined;
  }

  #mapReasoning(session: SessionWriter, item: JsonObject): string | undefined {
    const summary = arrayOf(item.summary).map((it) => textOf(objectOf(it).text) ?? '');
    for (const text of summary) this.#isSaid('reasoning', text, 1);
    this.#thoughts = this.#thoughts.filter(({ text }) => !summary.includes(text));
    const more = restOf(item, new Set(['type', 'summary', 'id']));
    this.#message(
      session,
      'assistant',
      [{ type: 'reasoning', content: summary.join('\n\n'), ...more }],
      undefined,
      item.id,
    );
    return undefined;
  }

  #writeThoughts(session: SessionWriter): void {
    const thoughts = this.#thoughts;
    this.#thoughts = [];
    for (const { text, isCounted } of thoughts) {
      this.#message(session, 'assistant', [{ type: 'reasoning', content: text }], undefined);
      if (!isCounted) this.#lateCount++;
    }
  }

  #startCall(session: SessionWriter, item: JsonObject): undefined {
    const type = String(item.type);
    const id = textOf(item.call_id) ?? textOf(item.id);
    const toolName = textOf(item.name) ?? type.replace(/_call$/, '');
    const given =
      parsedOrText(item.arguments) ??
      item.input ??
      item.action ??
      restOf(item, new Set(['type', 'id', 'status']));
    const isCustom = type === 'custom_tool_call';
    const call = this.#needModelCall(session);
    this.#message(
      session,
      'assistant',
      [
        {
          type: 'tool_call',
          id: id ?? null,
          name: toolName,
          arguments: isCustom ? (item.input ?? null) : (given ?? null),
        },
      ],
      undefined,
      item.id,
    );
    const held = session.toolCall({
      toolName,
      toolCallId: id ?? null,
      arguments: jsonText(isCustom ? item.input : given),
      status: statusOfItem(item),
      startedAtMs: this.#atMs,
      modelCallSeq: call.seq,
      mcpServer: /^mcp__(.+?)__/.exec(toolName)?.[1] ?? textOf(item.namespace) ?? null,
      ...(item.result !== undefined && { result: jsonText(item.result) }),
    });
    const isDone =
      item.call_id === undefined || type === 'web_search_call' || type === 'image_generation_call';
    if (id !== undefined && !isDone) this.#open.set(id, { held, startedAtMs: this.#atMs, events: {} });
    return undefined;
  }

  #endCall(session: SessionWriter, item: JsonObject): undefined {
    this.#closeModelCall();
    const id = textOf(item.call_id) ?? textOf(item.id);
    const output = item.output ?? item.tools ?? item.result ?? null;
    this.#message(
      session,
      'tool',
      [{ type: 'tool_call_response', id: id ?? null, response: output }],
      restOf(item, new Set(['type', 'call_id', 'output', 'id'])),
    );
    const call = id === undefined ? undefined : this.#open.get(id);
    if (!call || id === undefined) return undefined;
    const outcome = codexOutcome(output, call.events);
    session.changeToolCall(call.held, {
      result: jsonText(output),
      durationMs: Math.max(0, this.#atMs - call.startedAtMs),
      ...outcome,
    });
    this.#addEvents(session, call);
    this.#open.delete(id);
    return undefined;
  }

  #addEvents(session: SessionWriter, { held, events }: OpenCall): void {
    if (Object.keys(events).length > 0) session.changeToolCall(held, { metadata: JSON.stringify(events) });
    session.settle(held);
  }

  #mapEvent(session: SessionWriter, event: JsonObject): string | undefined {
    const type = String(event.type);
    if (type === 'token_count') return this.#mapUsage(session, event);
    if (type === 'user_message' || type === 'agent_message') {
      const role = type === 'user_message' ? 'user' : 'assistant';
      if (this.#isSaid(role, textOf(event.message) ?? '', -1)) return 'repeats an item';
      if (role === 'user') {
        this.#writeThoughts(session);
        this.#closeModelCall();
      }
      this.#message(
        session,
        role,
        [{ type: 'text', content: event.message ?? '' }],
        restOf(event, new Set(['type', 'message'])),
      );
      return undefined;
    }
    if (type.startsWith('agent_reasoning')) {
      const text = textOf(event.text) ?? '';
      if (text === '' || this.#isSaid('reasoning', text, -1)) return 'repeats an item';
      // The item follows, with all of it, unless the version logs none.
      this.#thoughts = [...this.#thoughts, { text, atMs: this.#atMs, isCounted: false }];
      return toldWithItem;
    }
    const call = this.#open.get(String(event.call_id));
    if (call) return this.#tellOfCall(session, type, event, call);
    if (type === 'thread_name_updated' && typeof event.thread_name === 'string')
      session.describe({ title: event.thread_name });
    if (type === 'turn_aborted') this.#closeModelCall('cancelled');
    if (type === 'error' || type === 'stream_error') this.#fail(session, event);
    this.#keep(session, 'event', type, event);
    return undefined;
  }

  /** What an event adds to a call that is under way is kept with the call. */
  #tellOfCall(session: SessionWriter, type: string, event: JsonObject, call: OpenCall): string {
    call.events[type] =
      restOf(
        event,
        new Set(['type', 'call_id', 'stdout', 'stderr', 'aggregated_output', 'formatted_output']),
      ) ?? {};
    const server = textOf(objectOf(event.invocation).server);
    if (server) session.changeToolCall(call.held, { mcpServer: server });
    const child = textOf(event.new_thread_id);
    if (child) {
      const start = {
        parentSessionId: session.id,
        parentCallSeq: call.held.seq,
        parentToolCallId: String(event.call_id),
      };
      this.#context.family.starts.set(child, start);
    }
    return 'told with its call';
  }

  #fail(session: SessionWriter, event: JsonObject): void {
    const call = this.#needModelCall(session);
    const kind = textOf(event.codex_error_info) ?? Object.keys(objectOf(event.codex_error_info))[0];
    session.changeModelCall(call, {
      status: 'error',
      errorType: kind ?? String(event.type),
      errorMessage: textOf(event.message) ?? null,
    });
    this.#closeModelCall();
    this.#hasUsage = true;
  }

  /** The last call's usage, told again with each change of the rate limits; the total is never summed. */
  #mapUsage(session: SessionWriter, event: JsonObject): string | undefined {
    const { last_token_usage } = objectOf(event.info);
    const usage = codexUsage(last_token_usage);
    if (!usage) return 'without usage';
    const key = usageKey(event);
    if (key === this.#lastUsage || this.#hasRecords) return 'usage told again';
    this.#lastUsage = key;
    this.#takeUsage(session, usage, { last_token_usage });
    return 'told with its model call';
  }

  /** Since summer 2026: one an answer, and told again by the event behind it. */
  #mapUsageRecord(session: SessionWriter, record: JsonObject): string | undefined {
    const usage = codexUsage(record.usage);
    if (!usage) return 'without usage';
    const responseId = textOf(record.response_id);
    const total = keyOf(record.thread_token_usage);
    const isTold =
      (total !== undefined && total === this.#lastUsage) ||
      (responseId !== undefined && responseId === this.#lastResponse);
    this.#hasRecords = true;
    this.#lastUsage = total ?? this.#lastUsage;
    this.#lastResponse = responseId;
    if (isTold) return 'usage told again';
    this.#takeUsage(session, usage, { usage: record.usage }, responseId);
    return 'told with its model call';
  }

  #takeUsage(session: SessionWriter, usage: Usage, metadata: JsonObject, responseId?: string): void {
    const call =
      this.#modelCall ?? (this.#hasUsage ? undefined : this.#lastCall) ?? this.#needModelCall(session);
    session.changeModelCall(call, {
      ...usage,
      ...(responseId !== undefined && { responseId }),
      metadata: JSON.stringify(metadata),
    });
    this.#hasUsage = true;
    this.#modelCall = undefined;
    session.settle(call);
  }

  #needModelCall(session: SessionWriter): HeldRow {
    this.#modelCall ??= session.modelCall({
      operationName: 'chat',
      providerName: (session.fact('providerName') as string | undefined) ?? 'openai',
      responseModel: this.#model ?? null,
      status: 'ok',
      startedAtMs: this.#atMs,
    });
    if (this.#lastCall !== this.#modelCall) {
      this.#lastCall = this.#modelCall;
      this.#hasUsage = false;
    }
    return this.#modelCall;
  }

  #closeModelCall(status?: ToolCallRow['status']): void {
    if (this.#modelCall && status) this.#session?.changeModelCall(this.#modelCall, { status });
    this.#modelCall = undefined;
  }

  #message(
    session: SessionWriter,
    role: 'system' | 'user' | 'assistant' | 'tool',
    parts: readonly JsonObject[],
    rest: JsonObject | undefined,
    id?: unknown,
  ): void {
    const call = role === 'assistant' ? this.#needModelCall(session) : undefined;
    session.message({
      role,
      parts: JSON.stringify(parts),
      createdAtMs: this.#atMs,
      modelCallSeq: call?.seq ?? null,
      messageId: textOf(id) ?? null,
      metadata: rest && Object.keys(rest).length > 0 ? JSON.stringify(rest) : null,
    });
  }

  #keep(session: SessionWriter, kind: string, name: string, payload: JsonObject): void {
    session.result({ kind, name, value: JSON.stringify(payload), createdAtMs: this.#atMs });
  }

  /** Whether the other kind of record has said it: `by` is 1 for an item, -1 for an event. */
  #isSaid(role: string, text: string, by: 1 | -1): boolean {
    const key = `${role} ${text}`;
    const balance = this.#said.get(key) ?? 0;
    this.#said.delete(key);
    if (balance + by !== 0) this.#said.set(key, balance + by);
    if (this.#said.size > lastSaid) this.#said.delete(this.#said.keys().next().value ?? '');
    return balance * by < 0;
  }
}

function textIn(parts: readonly JsonObject[]): string {
  return parts.map(({ content }) => (typeof content === 'string' ? content : '')).join('');
}

/** What a usage event has come to by then. */
function usageKey({ info }: JsonObject): string | undefined {
  const { total_token_usage, last_token_usage } = objectOf(info);
  return keyOf(total_token_usage ?? last_token_usage);
}

function keyOf(usage: unknown): string | undefined {
  const counts = codexUsage(usage);
  return counts && JSON.stringify(counts);
}

function lineOf(value: JsonObject): CodexLine | undefined {
  const isEnveloped = isObject(value.payload);
  const type = isEnveloped ? String(value.type) : plainType(value);
  const payload = isEnveloped ? (value.payload as JsonObject) : value;
  return type === undefined
    ? undefined
    : { type, payload, ordinal: value.ordinal, atMs: timeOf(value.timestamp) };
}

/** Of a line without an envelope. */
function plainType(value: JsonObject): string | undefined {
  if (value.type === 'token_usage_record') return value.type;
  if (typeof value.type === 'string') return 'response_item';
  if (typeof value.record_type === 'string') return 'record';
  return typeof value.id === 'string' ? 'session_meta' : undefined;
}

function statusOfItem({ status, call_id }: JsonObject): ToolCallRow['status'] {
  if (status === 'failed' || status === 'incomplete') return 'error';
  return status === 'completed' && call_id === undefined ? 'ok' : 'interrupted';
}
