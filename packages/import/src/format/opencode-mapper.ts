import type { SessionWriter } from '../archive/index.ts';
import { uriPart } from './chat-parts.ts';
import type { LogMapper, LogRecord, MapContext } from './contract.ts';
import { isObject, type JsonObject, jsonText, objectOf, restOf, textOf, timeOf } from './json-access.ts';
import { writeModelCalls } from './opencode-model-calls.ts';
import { type OpencodeMessage, type OpencodeSession, Unread } from './opencode-session.ts';
import { writeToolCall } from './opencode-tool-calls.ts';
import { shellCall } from './opencode-v2.ts';

export class OpencodeMapper implements LogMapper {
  readonly #context: MapContext;

  constructor(context: MapContext) {
    this.#context = context;
  }

  map({ value }: LogRecord): string | undefined {
    if (value instanceof Unread) return value.reason;
    const { info, part } = value as OpencodeSession;
    const messages = this.#toldBest(value as OpencodeSession);
    if (!messages) return 'told by another of its stores';
    const session = this.#context.session(String(info.id));
    describe(session, info);
    let [open, lastMs] = [0, updatedOf(info)];
    for (const message of messages) {
      open += mapMessage(session, message, this.#context.mtimeMs);
      lastMs = Math.max(lastMs, lastOf(message));
    }
    session.describe({ status: open > 0 ? 'interrupted' : 'completed', endedAtMs: lastMs || null });
    this.#context.close(session, part(open > 0));
    return undefined;
  }

  /**
   * The session's messages, unless another log tells it better: a database better than files, and of two of a kind the one that
   * knows more of it.
   */
  #toldBest({ info, messages }: OpencodeSession): Iterable<OpencodeMessage> | undefined {
    const other = this.#context.toldElsewhere(String(info.id));
    if (!other) return messages;
    const [isHere, isThere] = [this.#context.path, other.path].map(isDatabase);
    if (isHere !== isThere) return isThere ? undefined : messages;
    if (other.endedAtMs < updatedOf(info)) return messages;
    const told = [...messages];
    return told.some((message) => lastOf(message) > other.endedAtMs) ? told : undefined;
  }
}

/** Opencode leaves its old stores where it has copied them. */
function isDatabase(path: string): boolean {
  return !path.endsWith('.json');
}

const mappedOfSession = new Set(['id', 'parentID', 'parentCallID', 'title', 'version', 'time', 'messages']);

function describe(session: SessionWriter, info: JsonObject): void {
  const startedAtMs = timeOf(objectOf(info.time).created);
  session.describe({
    agentName: 'opencode',
    agentVersion: textOf(info.version) ?? null,
    title: textOf(info.title) ?? null,
    parentSessionId: textOf(info.parentID) ?? null,
    parentToolCallId: textOf(info.parentCallID) ?? null,
    ...(startedAtMs !== undefined && { startedAtMs }),
    metadata: restOf(info, mappedOfSession) ?? {},
  });
}

const mappedOfMessage = new Set([
  'id',
  'sessionID',
  'session_id',
  'role',
  'time',
  'stored',
  'providerID',
  'modelID',
  'tokens',
  'cost',
  'error',
  'parts',
  'finish',
]);

/** Writes a message and its calls; returns how many calls have not ended. */
function mapMessage(session: SessionWriter, { info, parts }: OpencodeMessage, mtimeMs: number): number {
  const atMs = timeOfMessage(info) ?? Math.round(mtimeMs);
  const isAnswer = info.role === 'assistant';
  const steps = parts.filter(({ type }) => type === 'step-finish');
  const calls = isAnswer || isObject(info.tokens) ? writeModelCalls(session, info, steps, atMs) : [];
  let step = 0;
  let open = 0;
  const message = {
    role: isAnswer ? 'assistant' : info.role === 'system' ? 'system' : 'user',
    createdAtMs: atMs,
  } as const;
  session.message({
    ...message,
    parts: JSON.stringify(
      parts.filter(({ type }) => type !== 'step-start' && type !== 'step-finish').map(partOf),
    ),
    modelCallSeq: calls[0]?.seq ?? null,
    messageId: textOf(info.id) ?? null,
    metadata: jsonText(restOf(info, mappedOfMessage)),
  });
  for (const part of parts) {
    if (part.type === 'step-finish') step++;
    const call = callIn(part, info);
    if (call) open += Number(!writeToolCall(session, call, calls[Math.min(step, calls.length - 1)], atMs));
  }
  return open;
}

function callIn(part: JsonObject, info: JsonObject): JsonObject | undefined {
  if (part.type === 'tool') return part;
  return part.type === 'shell' ? shellCall({ time: info.time, ...part }) : undefined;
}

function timeOfMessage({ time, stored }: JsonObject): number | undefined {
  return timeOf(objectOf(time).created) ?? timeOf(objectOf(stored).created);
}

/** When the last of what a message tells began or ended. */
function lastOf({ info, parts }: OpencodeMessage): number {
  const ofParts = parts.flatMap((part) =>
    [part.time, objectOf(callIn(part, info)?.state).time].map(objectOf),
  );
  const times = [objectOf(info.time).completed, ...ofParts.flatMap(({ start, end }) => [start, end])];
  return times.reduce<number>((last, it) => Math.max(last, timeOf(it) ?? 0), timeOfMessage(info) ?? 0);
}

function updatedOf({ time }: JsonObject): number {
  return timeOf(objectOf(time).updated) ?? 0;
}

const ofStore = new Set(['id', 'sessionID', 'session_id', 'messageID', 'message_id', 'stored', 'type']);

function partOf(part: JsonObject): JsonObject {
  const rest = restOf(part, ofStore) ?? {};
  if (part.type === 'text' || part.type === 'reasoning') {
    const { text, ...more } = rest;
    return { type: part.type, content: text ?? '', ...more };
  }
  if (part.type === 'tool') {
    return {
      type: 'tool_call',
      id: part.callID ?? part.id ?? null,
      name: part.tool ?? null,
      arguments: objectOf(part.state).input ?? null,
    };
  }
  if (part.type === 'file' && typeof part.url === 'string') {
    return uriPart(part.url, {
      modality: 'file',
      ...(part.mime !== undefined && { mime_type: part.mime }),
      ...restOf(rest, new Set(['url', 'mime'])),
    });
  }
  return { type: textOf(part.type) ?? 'other', ...rest };
}
