import { arrayOf, isObject, type JsonObject, objectOf, textOf } from './json-access.ts';

/** Of OpenAI's Responses, what a tool gave: `function_call_output`, `local_shell_call_output` and the like. */
const resultType = /_call_output$/;
/** A call of a tool, the provider's own ones too: `function_call`, `web_search_call`, `mcp_call`. */
const callType = /_call$/;

/** Whether it is an item of OpenAI's Responses that is no plain message. */
export function isResponseItem({ type }: JsonObject): boolean {
  return typeof type === 'string' && (type === 'reasoning' || callType.test(type) || resultType.test(type));
}

/**
 * Items of OpenAI's Responses as messages of its chat: what a model said, thought and called in a row is one answer, behind
 * which stands what the provider's own tools gave meanwhile. What has a role stays as it is.
 */
export function messagesOfItems(items: readonly JsonObject[]): readonly JsonObject[] {
  const messages: JsonObject[] = [];
  let answer: Answer | undefined;
  let given: JsonObject[] = [];
  for (const item of items) {
    const result = resultOf(item);
    const message = result === undefined ? item : resultMessage(item, result);
    if (isOfAnswer(item)) {
      if (!answer) {
        answer = { role: 'assistant', content: [], tool_calls: [] };
        messages.push(answer);
      }
      addTo(answer, item);
      if (result !== undefined) given.push(message);
      continue;
    }
    messages.push(...given, message);
    [answer, given] = [undefined, []];
  }
  return [...messages, ...given];
}

function resultMessage(item: JsonObject, content: unknown): JsonObject {
  return { role: 'tool', tool_call_id: idOf(item), content, ...errorOf(item) };
}

interface Answer extends Record<string, unknown> {
  readonly role: 'assistant';
  readonly content: unknown[];
  readonly tool_calls: unknown[];
}

function isOfAnswer(item: JsonObject): boolean {
  const type = String(item.type);
  if (type === 'reasoning' || callType.test(type)) return true;
  return (
    item.role === 'assistant' && (item.type === 'message' || item.type === undefined) && !item.tool_calls
  );
}

function addTo(answer: Answer, item: JsonObject): void {
  const type = String(item.type);
  if (type === 'reasoning') answer.content.push(thoughtOf(item));
  else if (callType.test(type)) answer.tool_calls.push(callOf(item, type));
  else {
    const { role: _role, type: _type, content, ...rest } = item;
    Object.assign(answer, { ...rest, ...answer });
    answer.content.push(
      ...(Array.isArray(content) ? content : content ? [{ type: 'text', text: content }] : []),
    );
  }
}

/** Its summary, or what the model thought; what is encrypted stays beside it. */
function thoughtOf({ type: _type, summary, content, ...rest }: JsonObject): JsonObject {
  const texts = [...arrayOf(summary), ...arrayOf(content)].map((it) => textOf(objectOf(it).text) ?? '');
  return { type: 'thinking', thinking: texts.filter((it) => it !== '').join('\n\n'), ...rest };
}

function callOf(item: JsonObject, type: string): JsonObject {
  const given = item.arguments ?? item.input ?? item.action ?? item.queries ?? item.code;
  const name = textOf(item.name) ?? (type === 'function_call' ? undefined : type.replace(callType, ''));
  return { id: idOf(item), function: { name, arguments: given ?? null } };
}

function idOf({ call_id, id }: JsonObject): string | undefined {
  return textOf(call_id) ?? textOf(id);
}

/** A call that the provider has answered itself tells its result too. */
function resultOf(item: JsonObject): unknown {
  const type = String(item.type);
  if (resultType.test(type)) return item.output ?? null;
  if (!callType.test(type)) return undefined;
  const told = item.output ?? item.result ?? item.results ?? item.outputs ?? item.error ?? undefined;
  if (told !== undefined) return told;
  return item.call_id === undefined && item.status === 'completed' ? null : undefined;
}

function errorOf({ error, status }: JsonObject): JsonObject {
  return (error !== undefined && error !== null) || status === 'failed' ? { is_error: true } : {};
}

/** Whether it is a list of items of which each is a message or another item of OpenAI's. */
export function isConversation(value: unknown): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((it) => isObject(it) && (typeof (it.role ?? it.from) === 'string' || isResponseItem(it)))
  );
}
