import { basename } from 'node:path';
import { LogClock } from '@varve/core/internal';
import type { HeldRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import { contentParts } from './chat-parts.ts';
import { type LogMapper, type LogRecord, type MapContext, placeOf } from './contract.ts';
import { arrayOf, isObject, type JsonObject, jsonText, restOf, textOf, timeOf } from './json-access.ts';
import { partsOf, piUsage, roleOf } from './pi-parts.ts';

const mappedOfEntry = new Set(['type', 'timestamp', 'message', 'id']);
const mappedOfMessage = new Set([
  ...[
    'role',
    'content',
    'usage',
    'provider',
    'model',
    'stopReason',
    'timestamp',
    'api',
    'errorMessage',
    'details',
  ],
  ...['toolCallId', 'command', 'output', 'exitCode', 'cancelled', 'truncated', 'responseId'],
]);

interface OpenCall {
  readonly held: HeldRow;
  readonly startedAtMs: number;
}

export interface SavedPi {
  readonly id: string;
  readonly atMs: number;
  readonly open: ReadonlyMap<string, OpenCall>;
}

/** Turns the entries of a session of pi into rows. */
export class PiMapper implements LogMapper {
  readonly #context: MapContext;
  readonly #open: Map<string, OpenCall>;
  readonly #clock: LogClock;
  #id: string | undefined;
  #session: SessionWriter | undefined;
  #atMs: number;

  constructor(context: MapContext, saved?: SavedPi) {
    this.#context = context;
    this.#open = new Map(saved?.open);
    this.#clock = new LogClock(context, saved?.atMs);
    this.#atMs = saved?.atMs ?? 0;
    this.#id = saved?.id;
    if (saved) this.#session = context.session(saved.id);
  }

  map({ value }: LogRecord): string | undefined {
    if (!isObject(value) || typeof value.type !== 'string') return 'not a record';
    this.#atMs = this.#clock.tick(timeOf(value.timestamp));
    if (value.type === 'session') return this.#begin(value);
    if (!this.#session) return 'before the header';
    if (value.type === 'message' && isObject(value.message))
      this.#mapMessage(this.#session, value, value.message);
    else if (value.type === 'custom_message') this.#mapCustom(this.#session, value);
    else this.#keep(this.#session, value, value.type);
    return undefined;
  }

  end(): void {
    this.#session?.describe({ status: this.#open.size > 0 ? 'interrupted' : 'completed' });
  }

  save(): SavedPi | undefined {
    if (this.#clock.isByFile || this.#id === undefined) return undefined;
    const open = [...this.#open].map(([id, call]) => [id, { ...call, held: placeOf(call.held) }] as const);
    return { id: this.#id, atMs: this.#atMs, open: new Map(open) };
  }

  #begin(header: JsonObject): string | undefined {
    if (this.#session) return 'a second header';
    const parent = textOf(header.parentSession) ?? textOf(header.branchedFrom);
    this.#id = String(header.id);
    this.#session = this.#context.session(this.#id);
    this.#session.describe({
      agentName: 'pi',
      providerName: textOf(header.provider) ?? null,
      requestModel: textOf(header.modelId) ?? null,
      startedAtMs: this.#atMs,
      ...(parent && {
        parentSessionId: basename(parent)
          .replace(/\.jsonl$/, '')
          .replace(/^.*_/, ''),
      }),
      metadata: restOf(header, new Set(['type', 'id', 'provider', 'modelId', 'timestamp'])) ?? {},
    });
    return undefined;
  }

  #mapMessage(session: SessionWriter, entry: JsonObject, message: JsonObject): void {
    if (message.role === 'toolResult') this.#end(session, message);
    const call = message.role === 'assistant' ? this.#modelCall(session, message) : undefined;
    session.message({
      role: roleOf(message.role),
      parts: JSON.stringify(partsOf(message)),
      createdAtMs: this.#atMs,
      modelCallSeq: call?.seq ?? null,
      messageId: textOf(entry.id) ?? null,
      metadata: jsonText({ ...restOf(entry, mappedOfEntry), ...restOf(message, mappedOfMessage) }),
    });
    if (message.role !== 'assistant') return;
    for (const block of arrayOf(message.content).filter(isObject)) {
      if (block.type === 'toolCall') this.#start(session, block, call);
    }
  }

  #modelCall(session: SessionWriter, message: JsonObject): HeldRow {
    const status =
      message.stopReason === 'error' ? 'error' : message.stopReason === 'aborted' ? 'cancelled' : 'ok';
    const startedAtMs = timeOf(message.timestamp) ?? this.#atMs;
    const held = session.modelCall({
      providerName: textOf(message.provider) ?? null,
      responseModel: textOf(message.model) ?? null,
      responseId: textOf(message.responseId) ?? null,
      status,
      ...(status === 'error' && { errorType: 'error' }),
      errorMessage: textOf(message.errorMessage) ?? null,
      startedAtMs,
      durationMs: Math.max(0, this.#atMs - startedAtMs),
      ...piUsage(message.usage),
      finishReasons: textOf(message.stopReason) ? JSON.stringify([message.stopReason]) : null,
      metadata: JSON.stringify({ api: message.api, usage: message.usage }),
    });
    session.settle(held);
    return held;
  }

  /** What a compaction's or a branch's summary was asked of a model for. */
  #summaryCall(session: SessionWriter, usage: JsonObject): void {
    const startedAtMs = this.#atMs;
    const metadata = JSON.stringify({ usage });
    session.settle(session.modelCall({ status: 'ok', startedAtMs, ...piUsage(usage), metadata }));
  }

  #start(session: SessionWriter, block: JsonObject, call: HeldRow | undefined): void {
    const held = session.toolCall({
      toolName: textOf(block.name) ?? 'unknown',
      toolCallId: textOf(block.id) ?? null,
      arguments: jsonText(block.arguments),
      status: 'interrupted',
      startedAtMs: this.#atMs,
      modelCallSeq: call?.seq ?? null,
      metadata: jsonText(restOf(block, new Set(['type', 'id', 'name', 'arguments']))),
    });
    this.#open.set(String(block.id), { held, startedAtMs: this.#atMs });
  }

  #end(session: SessionWriter, message: JsonObject): void {
    const id = String(message.toolCallId);
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    const said = contentParts(message.content)
      .map(({ content }) => (typeof content === 'string' ? content : ''))
      .join('\n');
    const aborted = /^(Operation aborted|Command aborted|Aborted)|\n\nCommand aborted$/.test(said);
    const status: ToolCallRow['status'] = message.isError !== true ? 'ok' : aborted ? 'cancelled' : 'error';
    session.changeToolCall(open.held, {
      result: jsonText(message.content),
      status,
      ...(status === 'error' && { errorType: 'tool_error', errorMessage: said }),
      durationMs: Math.max(0, this.#atMs - open.startedAtMs),
      ...(message.details !== undefined && { metadata: JSON.stringify({ details: message.details }) }),
    });
    session.settle(open.held);
  }

  /** What an extension says to the model. */
  #mapCustom(session: SessionWriter, entry: JsonObject): void {
    session.message({
      role: 'user',
      parts: JSON.stringify(contentParts(entry.content)),
      createdAtMs: this.#atMs,
      messageId: textOf(entry.id) ?? null,
      metadata: jsonText(restOf(entry, new Set(['type', 'content', 'id', 'timestamp']))),
    });
  }

  #keep(session: SessionWriter, entry: JsonObject, kind: string): void {
    session.touch(this.#atMs);
    session.result({
      kind,
      name: textOf(entry.customType) ?? kind,
      value: JSON.stringify(entry),
      createdAtMs: this.#atMs,
    });
    if (isObject(entry.usage)) this.#summaryCall(session, entry.usage);
    if (kind === 'session_info' && typeof entry.name === 'string') session.describe({ title: entry.name });
    if (kind === 'model_change' && session.fact('requestModel') == null)
      session.describe({ requestModel: textOf(entry.modelId) ?? null });
  }
}
