import { basename, dirname } from 'node:path';
import type { SessionWriter, ToolCallRow } from '../archive/index.ts';
import { contentParts } from './chat-writer.ts';
import type { Usage } from './claude-usage.ts';
import type { LogFormat, LogMapper, LogRecord, MapContext } from './contract.ts';
import {
  arrayOf,
  countOf,
  isObject,
  type JsonObject,
  jsonText,
  objectOf,
  plainPart,
  restOf,
  textOf,
  timeOf,
} from './json-access.ts';

/** `~/.gemini/tmp/<project>/chats`: one document a session, and since 2026 lines of which the last of an id counts. */
export const geminiCli: LogFormat = {
  name: 'gemini-cli',
  isKeyed: true,
  recognise: ({ values }) => values.some(isHeader),
  identify({ values, shape }) {
    const { sessionId } = objectOf(values.find(isHeader));
    // A document that was gone on with as lines stays beside them, and they tell all of it again.
    return { kin: [String(sessionId)], rank: Number(shape !== 'lines') };
  },
  open: (context) => new GeminiMapper(context),
};

function isHeader(value: unknown): boolean {
  return (
    isObject(value) && typeof value.sessionId === 'string' && 'projectHash' in value && 'startTime' in value
  );
}

/** A session is small, and its messages are told again until they are complete: they are written at the end. */
class GeminiMapper implements LogMapper {
  readonly #context: MapContext;
  readonly #messages = new Map<string, JsonObject>();
  readonly #rewound = new Set<string>();
  #facts: JsonObject = {};

  constructor(context: MapContext) {
    this.#context = context;
  }

  map({ value }: LogRecord): string | undefined {
    if (!isObject(value)) return 'not a record';
    if (typeof value.$rewindTo === 'string') this.#rewind(value.$rewindTo);
    else if (isObject(value.$set)) this.#take(value.$set);
    else if (typeof value.sessionId === 'string') this.#take(value);
    else if (typeof value.id === 'string') return this.#add(value.id, value);
    else return 'not a record';
    return undefined;
  }

  end(): void {
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
    const isTold = session.fact('agentName') !== undefined;
    if (!isTold)
      session.describe({
        agentName: 'gemini-cli',
        providerName: 'gcp.gemini',
        ...(timeOf(startTime) !== undefined && { startedAtMs: timeOf(startTime) as number }),
        endedAtMs: timeOf(lastUpdated) ?? null,
        title: textOf(summary) ?? null,
        ...(isChild && { parentSessionId: basename(dirname(this.#context.path)) }),
        metadata: { ...metadata, ...(kind !== undefined && { kind }) },
      });
    for (const [id, message] of this.#messages) {
      if (session.claim(id)) this.#write(session, message, this.#rewound.has(id));
    }
  }

  #take(facts: JsonObject): void {
    this.#facts = { ...this.#facts, ...facts };
    for (const [at, message] of arrayOf(facts.messages).entries()) {
      if (isObject(message)) this.#messages.set(textOf(message.id) ?? `message ${at}`, message);
    }
  }

  #add(id: string, message: JsonObject): string | undefined {
    const isKnown = this.#messages.has(id);
    this.#messages.set(id, message);
    return isKnown ? 'told again later' : undefined;
  }

  /** What was taken back had been said all the same. */
  #rewind(target: string): void {
    let isBehind = !this.#messages.has(target);
    for (const id of this.#messages.keys()) {
      isBehind ||= id === target;
      if (isBehind) this.#rewound.add(id);
    }
  }

  #write(session: SessionWriter, message: JsonObject, isRewound: boolean): void {
    const atMs =
      timeOf(message.timestamp) ?? timeOf(this.#facts.startTime) ?? Math.round(this.#context.mtimeMs);
    const isAnswer = message.type === 'gemini';
    const call = isAnswer ? writeModelCall(session, message, atMs) : undefined;
    const calls = arrayOf(message.toolCalls).filter(isObject);
    const metadata = { ...restOf(message, mapped), ...(isRewound && { rewound: true }) };
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

const mapped = new Set(['id', 'timestamp', 'type', 'content', 'thoughts', 'toolCalls', 'tokens', 'model']);

function thoughtPart({ subject, description, ...rest }: JsonObject): JsonObject {
  return {
    ...rest,
    type: 'reasoning',
    content: description ?? '',
    ...(subject !== undefined && { subject }),
  };
}

/** The parts of Gemini's API name their kind by their one key. */
function geminiParts(content: unknown): readonly JsonObject[] {
  const list = isObject(content) ? [content] : content;
  if (!Array.isArray(list)) return contentParts(list);
  return list.map((part) => {
    if (!isObject(part)) return plainPart(part);
    if (typeof part.text === 'string') {
      const { text, thought, ...rest } = part;
      return { ...rest, type: thought === true ? 'reasoning' : 'text', content: text };
    }
    const { mimeType, data, fileUri } = objectOf(part.inlineData ?? part.fileData);
    if (typeof data === 'string') return { type: 'blob', mime_type: mimeType, content: data };
    if (typeof fileUri === 'string') return { type: 'uri', mime_type: mimeType, uri: fileUri };
    return { ...part, type: textOf(part.type) ?? Object.keys(part)[0] ?? 'other' };
  });
}

/** Gemini counts the cache within the input, and thoughts and the tools' prompts beside input and output. */
function geminiUsage(tokens: JsonObject): Usage {
  const [input, output, thoughts] = [countOf(tokens.input), countOf(tokens.output), countOf(tokens.thoughts)];
  const read = countOf(tokens.cached);
  return {
    ...(input !== undefined && { inputTokens: input + (countOf(tokens.tool) ?? 0) }),
    ...(output !== undefined && { outputTokens: output + (thoughts ?? 0) }),
    ...(read !== undefined && { cacheReadInputTokens: read }),
    ...(thoughts !== undefined && { reasoningOutputTokens: thoughts }),
  };
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
