import type { HeldRow, SessionWriter } from '../archive/index.ts';
import { type ChatCall, callsOf, contentOf, contentParts } from './chat-parts.ts';
import type { Usage } from './claude-usage.ts';
import { type JsonObject, jsonText, restOf, textOf } from './json-access.ts';
import { hasNoResult, type ToldCall } from './varve-facts.ts';

/** What is known of a message beside itself. */
export interface ChatContext {
  readonly atMs: number;
  readonly model?: string | undefined;
  readonly providerName?: string | undefined;
  readonly usage?: Usage;
  readonly responseId?: string | undefined;
  readonly finishReason?: string | undefined;
  readonly messageId?: string | undefined;
  /** False for an answer that no model gave here: one of a demonstration. */
  readonly isAnswered?: boolean;
  /** Calls that the answer's text holds, in a format that knows to find them. */
  readonly calls?: readonly ChatCall[];
  /** What stands beside the results of a message. */
  readonly more?: readonly unknown[];
}

/** How a call came out. */
export interface ChatResult {
  readonly response: unknown;
  readonly status?: 'ok' | 'error' | 'cancelled' | 'denied' | undefined;
  readonly errorType?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly metadata?: JsonObject | undefined;
}

interface OpenCall {
  readonly id: string | undefined;
  readonly held: HeldRow;
}

const roles: Readonly<Record<string, 'system' | 'user' | 'assistant' | 'tool'>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  agent: 'assistant',
  bot: 'assistant',
  chatgpt: 'assistant',
  answer: 'assistant',
  tool: 'tool',
  tool_response: 'tool',
  tool_result: 'tool',
  tool_output: 'tool',
  function_response: 'tool',
  function: 'tool',
  ipython: 'tool',
  observation: 'tool',
  environment: 'tool',
};

const mapped = new Set([
  ...['role', 'from', 'content', 'value', 'tool_calls', 'function_call', 'tool_call_id', 'reasoning_content'],
  ...['reasoning', 'thinking', 'name'],
]);

function failureOf({ is_error: isError }: JsonObject): Partial<ChatResult> {
  return isError === true ? { status: 'error', errorType: 'tool_error' } : {};
}

/** Writes messages in the shape of OpenAI's chat, in which half of all logs are kept. */
export class ChatWriter {
  readonly session: SessionWriter;
  /** Calls without a result, in order: ids repeat, so that a result belongs to the first open call of its id. */
  readonly #open: OpenCall[] = [];
  readonly #told: ReadonlyMap<string, ToldCall>;

  /** @param told What is known of calls beside what messages tell. */
  constructor(session: SessionWriter, told: ReadonlyMap<string, ToldCall> = new Map()) {
    this.session = session;
    this.#told = told;
  }

  hasOpenCalls(): boolean {
    return this.#open.length > 0;
  }

  message(message: JsonObject, context: ChatContext): void {
    const role = roles[String(message.role ?? message.from)] ?? 'user';
    if (role === 'tool')
      this.result(message, { response: contentOf(message), ...failureOf(message) }, context);
    else if (role === 'assistant') this.#answer(message, context);
    else this.#ask(role, message, context);
  }

  /** Also calls that the user made, who has tools of his own in some benchmarks. */
  #ask(role: 'system' | 'user', message: JsonObject, context: ChatContext): void {
    const calls = callsOf(message);
    const parts = [...contentParts(contentOf(message)), ...calls.map(callPart)];
    this.#write(role, parts, message, context);
    for (const call of calls) this.#start(call, context, undefined);
  }

  /** A message that is the result of a call. */
  result(message: JsonObject, result: ChatResult, context: ChatContext): void {
    this.results(message, [{ ...result, id: textOf(message.tool_call_id) ?? textOf(message.id) }], context);
  }

  /** A message that holds the results of several calls. */
  results(
    message: JsonObject,
    results: readonly (ChatResult & { readonly id?: string | undefined })[],
    context: ChatContext,
  ): void {
    const parts = results.map(({ id, ...result }) => {
      this.#end(id, result);
      return { type: 'tool_call_response', id: id ?? null, response: result.response ?? null };
    });
    const { name } = message;
    const more = name === undefined ? undefined : { name };
    this.#write('tool', [...parts, ...contentParts(context.more ?? [])], message, context, more);
  }

  #answer(message: JsonObject, context: ChatContext): void {
    const calls = [...(context.calls ?? []), ...callsOf(message)];
    const isAnswered = context.isAnswered ?? true;
    const modelCall = isAnswered ? this.#modelCall(context) : undefined;
    const reasoning =
      textOf(message.reasoning_content) ?? textOf(message.reasoning) ?? textOf(message.thinking);
    const parts = [
      ...(reasoning ? [{ type: 'reasoning', content: reasoning }] : []),
      ...contentParts(contentOf(message)),
      ...calls.map(callPart),
    ];
    this.#write('assistant', parts, message, context, undefined, modelCall?.seq);
    if (isAnswered) for (const call of calls) this.#start(call, context, modelCall?.seq);
  }

  #modelCall(context: ChatContext): HeldRow {
    const held = this.session.modelCall({
      providerName: context.providerName ?? null,
      responseModel: context.model ?? null,
      responseId: context.responseId ?? null,
      status: 'ok',
      startedAtMs: context.atMs,
      finishReasons: context.finishReason ? JSON.stringify([context.finishReason]) : null,
      ...context.usage,
    });
    this.session.settle(held);
    return held;
  }

  #start(
    { id, name, arguments: given }: ChatCall,
    { atMs }: ChatContext,
    modelCallSeq: number | undefined,
  ): void {
    const held = this.session.toolCall({
      toolName: name,
      toolCallId: id ?? null,
      arguments: jsonText(given),
      status: 'interrupted',
      startedAtMs: atMs,
      modelCallSeq: modelCallSeq ?? null,
      ...this.#told.get(id ?? ''),
    });
    this.#open.push({ id, held });
  }

  #end(id: string | undefined, { response, metadata, ...outcome }: ChatResult): void {
    const same = this.#open.findIndex((call) => id !== undefined && call.id === id);
    const at = same === -1 ? this.#open.findIndex((call) => id === undefined || call.id === undefined) : same;
    const [call] = at === -1 ? [] : this.#open.splice(at, 1);
    if (!call) return;
    const told = this.#told.get(call.id ?? '') ?? {};
    this.session.changeToolCall(call.held, {
      ...(!hasNoResult(told) && { result: jsonText(response) }),
      status: outcome.status ?? 'ok',
      ...(outcome.errorType !== undefined && { errorType: outcome.errorType }),
      ...(outcome.errorMessage !== undefined && { errorMessage: outcome.errorMessage }),
      ...(outcome.durationMs !== undefined && { durationMs: outcome.durationMs }),
      ...(metadata && { metadata: JSON.stringify(metadata) }),
      ...told,
    });
    this.session.settle(call.held);
  }

  #write(
    role: 'system' | 'user' | 'assistant' | 'tool',
    parts: readonly JsonObject[],
    message: JsonObject,
    { atMs, messageId }: ChatContext,
    more?: JsonObject,
    modelCallSeq?: number,
  ): void {
    const rest = { ...restOf(message, mapped), ...more };
    this.session.message({
      role,
      parts: JSON.stringify(parts),
      createdAtMs: atMs,
      messageId: messageId ?? null,
      modelCallSeq: modelCallSeq ?? null,
      metadata: Object.keys(rest).length > 0 ? JSON.stringify(rest) : null,
    });
  }
}

function callPart({ id, name, arguments: given }: ChatCall): JsonObject {
  return { type: 'tool_call', id: id ?? null, name, arguments: given ?? null };
}
