import { basename, dirname } from 'node:path';
import type { SessionWriter, ToolCallRow } from '../archive/index.ts';
import type { LogMapper, LogRecord, MapContext } from './contract.ts';
import { GeminiMessages } from './gemini-messages.ts';
import { geminiParts, geminiUsage, thoughtPart } from './gemini-parts.ts';
import {
  arrayOf,
  isObject,
  type JsonObject,
  jsonText,
  objectOf,
  restOf,
  textOf,
  timeOf,
} from './json-access.ts';

const mapped = new Set(['id', 'timestamp', 'type', 'content', 'thoughts', 'toolCalls', 'tokens', 'model']);

export interface SavedGemini {
  readonly facts: JsonObject;
  /** Of the messages that are written. */
  readonly ids: ReadonlySet<string>;
  /** The session is described by this log, and not by its twin. */
  readonly isTeller: boolean;
}

/** Messages are told again until they are complete: they are written at the end. */
export class GeminiMapper implements LogMapper {
  readonly #context: MapContext;
  readonly #messages = new GeminiMessages();
  readonly #rewound = new Set<string>();
  /** Of those that an earlier import has written. */
  readonly #written: ReadonlySet<string>;
  #facts: JsonObject;
  #isTeller: boolean;
  #isByFile = false;

  constructor(context: MapContext, saved?: SavedGemini) {
    this.#context = context;
    this.#written = new Set(saved?.ids);
    this.#facts = saved?.facts ?? {};
    this.#isTeller = saved?.isTeller ?? false;
  }

  map({ value, bytes }: LogRecord): string | undefined {
    if (!isObject(value)) return 'not a record';
    if (typeof value.$rewindTo === 'string') this.#rewind(value.$rewindTo);
    else if (isObject(value.$set)) this.#take(value.$set);
    else if (typeof value.sessionId === 'string') this.#take(value);
    else if (typeof value.id === 'string') return this.#add(value.id, value, bytes?.length ?? 0);
    else return 'not a record';
    return undefined;
  }

  end(): void {
    this.#writeAll();
    this.#messages.close();
  }

  /** Nothing that is told later changes what is written, unless it is told of the same messages. */
  save(): SavedGemini | undefined {
    this.#writeAll();
    if (this.#isByFile || typeof this.#facts.sessionId !== 'string') return undefined;
    const ids = new Set([...this.#written, ...this.#messages.ids()]);
    return { facts: { ...this.#facts, messages: undefined }, ids, isTeller: this.#isTeller };
  }

  #writeAll(): void {
    const {
      sessionId,
      startTime,
      lastUpdated,
      summary,
      kind,
      messages: _messages,
      ...metadata
    } = this.#facts;
    if (typeof sessionId !== 'string') return;
    const session = this.#context.session(sessionId);
    const isChild = kind === 'subagent';
    // A sub-agent lies in a folder of its parent's id, where it has been told one.
    const parentFolder = basename(dirname(this.#context.path));
    this.#isTeller ||= session.fact('agentName') === undefined;
    if (this.#isTeller)
      session.describe({
        agentName: 'gemini-cli',
        providerName: 'gcp.gemini',
        ...(timeOf(startTime) !== undefined && { startedAtMs: timeOf(startTime) as number }),
        endedAtMs: timeOf(lastUpdated) ?? null,
        title: textOf(summary) ?? null,
        ...(isChild && parentFolder !== 'chats' && { parentSessionId: parentFolder }),
        metadata: { ...metadata, ...(kind !== undefined && { kind }) },
      });
    for (const id of this.#messages.ids()) {
      if (session.claim(id)) this.#write(session, this.#messages.get(id), this.#rewound.has(id));
    }
  }

  #take(facts: JsonObject): void {
    const isOther = 'startTime' in facts && facts.startTime !== this.#facts.startTime;
    if (this.#written.size > 0 && (isOther || 'messages' in facts)) this.#context.readAnew();
    this.#facts = { ...this.#facts, ...facts };
    for (const [at, message] of arrayOf(facts.messages).entries()) {
      if (isObject(message)) this.#messages.set(textOf(message.id) ?? `message ${at}`, message, 0);
    }
  }

  #add(id: string, message: JsonObject, sizeBytes: number): string | undefined {
    if (this.#written.has(id)) this.#context.readAnew();
    const isKnown = this.#messages.has(id);
    this.#messages.set(id, message, sizeBytes);
    return isKnown ? 'told again later' : undefined;
  }

  /** What was taken back had been said all the same. */
  #rewind(target: string): void {
    let isBehind = !this.#messages.has(target);
    if (isBehind && this.#written.size > 0) this.#context.readAnew();
    for (const id of this.#messages.ids()) {
      isBehind ||= id === target;
      if (isBehind) this.#rewound.add(id);
    }
  }

  #write(session: SessionWriter, message: JsonObject, isRewound: boolean): void {
    const toldMs = timeOf(message.timestamp) ?? timeOf(this.#facts.startTime);
    this.#isByFile ||= toldMs === undefined;
    const atMs = toldMs ?? Math.round(this.#context.mtimeMs);
    const isAnswer = message.type === 'gemini';
    const call = isAnswer ? writeModelCall(session, message, atMs) : undefined;
    const calls = arrayOf(message.toolCalls).filter(isObject);
    const isSaid = isAnswer || message.type === 'user';
    const metadata = {
      ...restOf(message, mapped),
      ...(!isSaid && message.type !== undefined && { type: message.type }),
      ...(isRewound && { rewound: true }),
    };
    session.message({
      role: isAnswer ? 'assistant' : message.type === 'user' ? 'user' : 'system',
      parts: JSON.stringify([
        ...arrayOf(message.thoughts).filter(isObject).map(thoughtPart),
        ...geminiParts(message.content),
        ...calls.map(({ id, name, args }) => ({
          type: 'tool_call',
          id: id ?? null,
          name: name ?? null,
          arguments: args ?? null,
        })),
      ]),
      createdAtMs: atMs,
      modelCallSeq: call ?? null,
      messageId: textOf(message.id) ?? null,
      metadata: Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : null,
    });
    for (const it of calls) writeToolCall(session, it, atMs, call);
    if (isAnswer && session.fact('requestModel') === undefined)
      session.describe({ requestModel: textOf(message.model) ?? null });
  }
}

function writeModelCall(session: SessionWriter, message: JsonObject, atMs: number): number {
  const held = session.modelCall({
    providerName: 'gcp.gemini',
    responseModel: textOf(message.model) ?? null,
    status: 'ok',
    startedAtMs: atMs,
    ...geminiUsage(objectOf(message.tokens)),
    metadata: isObject(message.tokens) ? JSON.stringify({ tokens: message.tokens }) : null,
  });
  session.settle(held);
  return held.seq;
}

const statuses: Readonly<Record<string, ToolCallRow['status']>> = {
  success: 'ok',
  error: 'error',
  cancelled: 'cancelled',
};

function writeToolCall(
  session: SessionWriter,
  call: JsonObject,
  messageMs: number,
  modelCallSeq: number | undefined,
): void {
  const status = statuses[String(call.status)] ?? 'interrupted';
  const display = call.resultDisplay;
  const held = session.toolCall({
    toolName: textOf(call.name) ?? 'unknown',
    toolCallId: textOf(call.id) ?? null,
    arguments: jsonText(call.args),
    result: jsonText(responseOf(call.result)),
    status,
    ...(status === 'error' && {
      errorType: 'tool_error',
      errorMessage: typeof display === 'string' ? display : null,
    }),
    startedAtMs: messageMs,
    durationMs: Math.max(0, (timeOf(call.timestamp) ?? messageMs) - messageMs),
    modelCallSeq: modelCallSeq ?? null,
    metadata: jsonText(restOf(call, new Set(['id', 'name', 'args', 'result', 'status']))),
  });
  session.settle(held);
}

/** A result is a list of one response most often. */
function responseOf(result: unknown): unknown {
  const [only, ...others] = arrayOf(result);
  const { functionResponse } = objectOf(only);
  return others.length === 0 && isObject(functionResponse)
    ? (functionResponse.response ?? functionResponse)
    : result;
}
