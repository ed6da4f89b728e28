import { type ChatCall, callsOf, contentOf } from './chat-parts.ts';
import type { ChatContext, ChatResult, ChatWriter } from './chat-writer.ts';
import { arrayOf, isObject, type JsonObject, objectOf, parsedOrText, textOf } from './json-access.ts';

/** Messages that are nothing but calls, in ShareGPT's words and others'. */
const callRoles = new Set(['function_call', 'function-call', 'tool_call', 'tool-call', 'tool_calls']);
const resultRoles = new Set([
  'tool',
  'function',
  'observation',
  'user',
  'human',
  'tool_response',
  'environment',
]);

/** Writes a message in any of the shapes in which published sets have OpenAI's. */
export function writeChatMessage(chat: ChatWriter, told: JsonObject, context: ChatContext): void {
  const message = withContent(told);
  const role = String(message.role ?? message.from).toLowerCase();
  const content = contentOf(message);
  if (callRoles.has(role)) writeCalls(chat, message, content, context);
  else if (resultRoles.has(role)) writeResults(chat, message, content, context);
  else writeAnswer(chat, message, content, context);
}

/** Some have it by another name. */
function withContent(message: JsonObject): JsonObject {
  if ((contentOf(message) ?? null) !== null) return message;
  const { text, system_prompt: prompt, ...rest } = message;
  const content = textOf(text) ?? textOf(prompt);
  return content === undefined ? message : { ...rest, content };
}

function writeCalls(chat: ChatWriter, message: JsonObject, content: unknown, context: ChatContext): void {
  const calls = callsInJson(parsedOrText(content)) ?? callsInText(content);
  const isAll = calls.length > 0 && !String(content).includes('<');
  const { value: _value, ...rest } = message;
  const answer = { ...rest, role: 'assistant', content: isAll ? null : content };
  chat.message(answer, { ...context, calls });
}

function writeAnswer(chat: ChatWriter, message: JsonObject, content: unknown, context: ChatContext): void {
  const blocks = arrayOf(content)
    .filter(isObject)
    .filter(({ type }) => type === 'tool_use');
  if (blocks.length > 0) {
    const calls = blocks.map((it) => ({ ...callIn(it), id: textOf(it.id) }));
    const rest = arrayOf(content).filter((it) => objectOf(it).type !== 'tool_use');
    chat.message({ ...message, content: rest }, { ...context, calls });
    return;
  }
  const isPlain = callsOf(message).length === 0 && /<tool_call>|<function=/.test(String(content));
  chat.message(message, { ...context, ...(isPlain && { calls: callsInText(content) }) });
}

function writeResults(chat: ChatWriter, message: JsonObject, content: unknown, context: ChatContext): void {
  const [results, more] = resultsIn(content);
  const isObserved = chat.hasOpenCalls() && /^(EXECUTION RESULT of \[|OBSERVATION:)/.test(String(content));
  if (results.length > 0) chat.results(message, results, { ...context, more });
  else if (isObserved) chat.result({ ...message, role: 'tool' }, { response: content }, context);
  else chat.message(message, context);
}

interface ToldResult extends ChatResult {
  readonly id?: string | undefined;
}

/** The results within a content, and what stands beside them. */
function resultsIn(content: unknown): readonly [results: readonly ToldResult[], more: readonly unknown[]] {
  if (typeof content === 'string') {
    if (!content.trimStart().startsWith('<tool_response>')) return [[], []];
    const all = between(content, '<tool_response>', '</tool_response>');
    return [all.map((text) => responseIn(parsedOrText(text.trim()))), []];
  }
  const isResult = (it: unknown) => objectOf(it).type === 'tool_result';
  const blocks = arrayOf(content);
  const results = blocks.filter(isResult).map((it) => {
    const { tool_use_id: id, content: response, is_error: isError } = objectOf(it);
    return {
      id: textOf(id),
      response,
      ...(isError === true && ({ status: 'error', errorType: 'tool_error' } as const)),
    };
  });
  return [results, blocks.filter((it) => !isResult(it))];
}

function responseIn(told: unknown): ToldResult {
  const { tool_call_id: id, content } = objectOf(told);
  return { id: textOf(id), response: isObject(told) && content !== undefined ? content : told };
}

function callsInText(content: unknown): readonly ChatCall[] {
  if (typeof content !== 'string') return [];
  const tagged = between(content, '<tool_call>', '</tool_call>');
  const functions = between(content, '<function=', '</function>').map(named);
  return [
    ...tagged.flatMap((text) => callsInJson(parsedOrText(text.trim())) ?? []),
    ...functions.map(([name, body]) => ({ name, arguments: parametersIn(body) })),
  ];
}

function parametersIn(body: string): JsonObject {
  const all = between(body, '<parameter=', '</parameter>').map(named);
  return Object.fromEntries(all.map(([key, value]) => [key, value.replace(/^\n/, '').replace(/\n$/, '')]));
}

/** What stands between two marks, each time. A regular expression would take a hostile text's square of time. */
function between(text: string, open: string, close: string): readonly string[] {
  const found: string[] = [];
  let from = 0;
  for (let end = text.indexOf(close); end !== -1; end = text.indexOf(close, from)) {
    const part = text.slice(from, end);
    const start = part.lastIndexOf(open);
    if (start !== -1) found.push(part.slice(start + open.length));
    from = end + close.length;
  }
  return found;
}

/** `name>the rest` */
function named(text: string): readonly [name: string, rest: string] {
  const at = text.indexOf('>');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Undefined where it is not one call, or a list of them. */
function callsInJson(value: unknown): readonly ChatCall[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).filter(isObject);
  const calls = list.map(callIn);
  return calls.length > 0 && calls.every(({ name }) => name !== 'unknown') ? calls : undefined;
}

function callIn(told: JsonObject): ChatCall {
  const call = isObject(told.function) ? told.function : told;
  const given = call.arguments ?? call.parameters ?? call.args ?? call.input;
  return { id: textOf(told.id), name: textOf(call.name) ?? 'unknown', arguments: parsedOrText(given) };
}
