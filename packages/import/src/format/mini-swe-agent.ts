import { basename } from 'node:path';
import { callsOf, chatUsage, contentParts } from './chat-parts.ts';
import { type ChatContext, ChatWriter } from './chat-writer.ts';
import type { LogFormat, LogMapper, LogRecord, MapContext } from './contract.ts';
import { firstRecordOf } from './first-record.ts';
import {
  arrayOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  restOf,
  textOf,
  timeOf,
} from './json-access.ts';
import { messagesOfItems } from './response-items.ts';
import { outcomeOfRun } from './run-outcome.ts';

/** `*.traj.json` of mini-swe-agent, formats 1 (a command in the text) and 1.1 (actions, tool calls). */
export const miniSweAgent: LogFormat = {
  name: 'mini-swe-agent',
  recognise: ({ values: [value] }) =>
    isObject(value) &&
    Array.isArray(value.messages) &&
    (String(value.trajectory_format ?? '').startsWith('mini-swe-agent') ||
      'mini_version' in objectOf(value.info)),
  identify: (sample) => ({
    kin: [idOf(sample.path, objectOf(sample.values[0])), firstRecordOf(sample)],
    rank: 0,
  }),
  open: (context) => ({ map: (record) => new MiniSweRun(context).map(record) }),
};

function idOf(path: string, { instance_id }: JsonObject): string {
  return textOf(instance_id) ?? basename(path).replace(/(\.traj)?\.json$/, '');
}

const shellBlock = /```(?:bash|sh|shell|mswea_bash_command)[^\n]*\n([\s\S]*?)\n?```/g;

class MiniSweRun implements Pick<LogMapper, 'map'> {
  readonly #context: MapContext;
  #atMs: number;

  constructor(context: MapContext) {
    this.#context = context;
    this.#atMs = Math.round(context.mtimeMs);
  }

  map({ value }: LogRecord): string | undefined {
    if (!isObject(value) || !Array.isArray(value.messages)) return 'not a trajectory';
    const messages = value.messages.filter(isObject);
    this.#atMs = messages.map(timeOfMessage).find((it) => it !== undefined) ?? this.#atMs;
    const session = this.#context.session(idOf(this.#context.path, value));
    const info = objectOf(value.info);
    const model = textOf(objectOf(objectOf(info.config).model).model_name);
    session.describe({
      agentName: 'mini-swe-agent',
      agentVersion: textOf(info.mini_version) ?? null,
      requestModel: model ?? null,
      title: textOf(value.instance_id) ?? null,
      metadata: {
        ...restOf(value, new Set(['messages', 'info'])),
        info: restOf(info, new Set(['submission'])) ?? {},
      },
    });
    const chat = new ChatWriter(session);
    for (const message of messages) this.#mapMessage(chat, message);
    outcomeOfRun(session, info, this.#atMs);
    return undefined;
  }

  #mapMessage(chat: ChatWriter, message: JsonObject): void {
    this.#atMs = timeOfMessage(message) ?? this.#atMs;
    const extra = objectOf(message.extra);
    const { role } = message;
    if (role === 'assistant' || message.object === 'response') {
      const answer = { ...message, ...said(message), role: 'assistant' };
      chat.message(answer, this.#answer(answer, extra));
      return;
    }
    const refused = refusedAnswer(extra);
    if (refused) this.#refuse(chat, message, refused);
    else if (
      chat.hasOpenCalls() &&
      (role === 'user' || role === 'tool' || message.type === 'function_call_output')
    )
      this.#observe(chat, message, extra);
    else chat.message({ ...message, role: role === 'exit' ? 'user' : role }, { atMs: this.#atMs });
  }

  #answer(message: JsonObject, extra: JsonObject): ChatContext {
    const response = isObject(extra.response) ? extra.response : message.object === 'response' ? message : {};
    const cost = numberOf(extra.cost);
    return {
      atMs: this.#atMs,
      model: textOf(response.model),
      providerName: textOf(response.provider),
      responseId: textOf(response.id),
      finishReason: textOf(objectOf(arrayOf(response.choices)[0]).finish_reason),
      usage: { ...chatUsage(objectOf(response.usage)), ...(cost !== undefined && { costUsd: cost }) },
      calls: commandsOf(message, extra),
    };
  }

  /** An answer that was not in the form asked for stands only with the message that says so: nothing it called was run. */
  #refuse(chat: ChatWriter, message: JsonObject, answer: JsonObject): void {
    const { response, model_response: _text, ...extra } = objectOf(message.extra);
    const context = { ...this.#answer(answer, { response }), calls: [] };
    chat.message(
      { ...answer, role: 'assistant', ...(isObject(response) && { extra: { response } }) },
      context,
    );
    const complaint = { ...message, extra: Object.keys(extra).length > 0 ? extra : undefined };
    const failure = {
      response: message.content ?? null,
      status: 'error',
      errorType: textOf(extra.interrupt_type) ?? 'FormatError',
      errorMessage: textIn(message.content),
    } as const;
    const results = callsOf(answer).map(({ id }) => ({ id, ...failure }));
    if (results.length === 0) chat.message(complaint, { atMs: this.#atMs });
    else chat.results({ ...complaint, role: 'tool' }, results, { atMs: this.#atMs });
  }

  #observe(chat: ChatWriter, message: JsonObject, extra: JsonObject): void {
    const said = textIn(message.content ?? message.output);
    const code =
      numberOf(extra.returncode) ?? Number(/<returncode>(-?\d+)<\/returncode>/.exec(said)?.[1] ?? 0);
    const isTimeout = /timed out and has been killed/.test(said);
    const failure = {
      status: 'error',
      errorType: isTimeout ? 'timeout' : `exit_code_${code}`,
      errorMessage: said,
    } as const;
    const id = textOf(message.tool_call_id) ?? textOf(message.call_id);
    const result = {
      response: extra.raw_output ?? message.content ?? message.output ?? null,
      ...((code !== 0 || isTimeout) && failure),
    };
    chat.result({ ...message, role: 'tool', ...(id && { tool_call_id: id }) }, result, { atMs: this.#atMs });
  }
}

/** What a model has said in a response of OpenAI's Responses, in which everything is an item; empty for another message. */
function said({ object, output }: JsonObject): JsonObject {
  if (object !== 'response') return {};
  const items = arrayOf(output).filter(isObject);
  const [answer, ...given] = messagesOfItems(items.map(asSaid));
  const rest = given.length === 0 ? undefined : output;
  return { output: rest, content: answer?.content, tool_calls: answer?.tool_calls };
}

function asSaid(item: JsonObject): JsonObject {
  return item.type === 'message' ? { ...item, role: 'assistant' } : item;
}

/** An answer that comes to the log only because it was refused. */
function refusedAnswer({ response, model_response: text }: JsonObject): JsonObject | undefined {
  if (!isObject(response)) return typeof text === 'string' ? { content: text } : undefined;
  const { message } = objectOf(arrayOf(response.choices)[0]);
  return isObject(message) ? message : said(response);
}

/** A message may be a list, where it has images or is one of Responses. */
function textIn(content: unknown): string {
  return contentParts(content)
    .map((part) => (typeof part.content === 'string' ? part.content : ''))
    .join('\n');
}

/** The shell commands that an answer asks for, where they are no tool calls. */
function commandsOf(message: JsonObject, extra: JsonObject) {
  if (arrayOf(message.tool_calls).length > 0) return [];
  const actions = arrayOf(extra.actions).flatMap((action) => {
    const command = isObject(action) ? action.command : action;
    return command === undefined
      ? []
      : [{ id: textOf(objectOf(action).tool_call_id), name: 'bash', arguments: { command } }];
  });
  if (actions.length > 0 || typeof message.content !== 'string') return actions;
  const blocks = [...message.content.matchAll(shellBlock)];
  return blocks.length === 1 ? [{ name: 'bash', arguments: { command: blocks[0]?.[1] ?? '' } }] : [];
}

function timeOfMessage({ extra, created_at }: JsonObject): number | undefined {
  const { response, timestamp } = objectOf(extra);
  return timeOf(timestamp) ?? timeOf(objectOf(response).created) ?? timeOf(created_at);
}
