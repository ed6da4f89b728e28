import type { SessionWriter } from '../archive/index.ts';
import { uriPart } from './chat-parts.ts';
import type { LogMapper, LogRecord, MapContext } from './contract.ts';
import { isObject, type JsonObject, jsonText, objectOf, restOf, textOf, timeOf } from './json-access.ts';
import { writeModelCalls } from './opencode-model-calls.ts';
import type { OpencodeMessage, OpencodeSession } from './opencode-session.ts';
import { writeToolCall } from './opencode-tool-calls.ts';
import { shellCall } from './opencode-v2.ts';

export class OpencodeMapper implements LogMapper {
  readonly #context: MapContext;

  constructor(context: MapContext) {
    this.#context = context;
  }

  map({ value }: LogRecord): string | undefined {
    const { info, messages, part } = value as OpencodeSession;
    if (this.#isToldBetter(info)) return 'told by another of its stores';
    const session = this.#context.session(String(info.id));
    describe(session, info);
    let open = 0;
    for (const message of messages) open += mapMessage(session, message, this.#context.mtimeMs);
    session.describe({ status: open > 0 ? 'interrupted' : 'completed' });
    this.#context.close(session, part(open > 0));
    return undefined;
  }

  /** A database tells better than files; of two of a kind the one that knows more of the session. */
  #isToldBetter({ id, time }: JsonObject): boolean {
    const other = this.#context.toldElsewhere(String(id));
    if (!other) return false;
    const [isHere, isThere] = [this.#context.path, other.path].map(isDatabase);
    if (isHere !== isThere) return isThere === true;
    return other.endedAtMs >= (timeOf(objectOf(time).updated) ?? 0);
  }
}

/** Opencode leaves its old stores where it has copied them. */
function isDatabase(path: string): boolean {
  return !path.endsWith('.json');
}

const mappedOfSession = new Set(['id', 'parentID', 'parentCallID', 'title', 'version', 'time', 'messages']);

function describe(session: SessionWriter, info: JsonObject): void {
  const { created, updated } = objectOf(info.time);
  const startedAtMs = timeOf(created);
  session.describe({
    agentName: 'opencode',
    agentVersion: textOf(info.version) ?? null,
    title: textOf(info.title) ?? null,
    parentSessionId: textOf(info.parentID) ?? null,
    parentToolCallId: textOf(info.parentCallID) ?? null,
    ...(startedAtMs !== undefined && { startedAtMs }),
    endedAtMs: timeOf(updated) ?? null,
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
  const time = objectOf(info.time);
  const atMs = timeOf(time.created) ?? timeOf(objectOf(info.stored).created) ?? Math.round(mtimeMs);
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
    else if (part.type === 'tool' || part.type === 'shell') {
      const call = part.type === 'tool' ? part : shellCall({ time: info.time, ...part });
      open += Number(!writeToolCall(session, call, calls[Math.min(step, calls.length - 1)], atMs));
    }
  }
  return open;
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
