import { claudeUsage } from '@varve/core/internal';
import { arrayOf, isObject, type JsonObject, objectOf, textOf } from './json-access.ts';
import { isConversation, isResponseItem, messagesOfItems } from './response-items.ts';

/** A request to a model with what it answered, as whoever logs them keeps both. */
export interface Exchange {
  readonly messages: readonly JsonObject[];
  /** The record without them. */
  readonly rest: JsonObject;
}

type Path = readonly string[];

const askedAt: readonly Path[] = [['request', 'body'], ['request'], ['body'], []];
const answeredAt: readonly Path[] = [['response', 'body'], ['response'], []];

/** Undefined for a record of another kind. OpenAI's chat and Responses, and Anthropic's messages. */
export function exchangeOf(record: JsonObject): Exchange | undefined {
  const answered = answeredAt.find((path) => answerOf(within(record, path)) !== undefined);
  const answer = answered && answerOf(within(record, answered));
  if (!answered || !answer) return undefined;
  const asked = askedAt.find((path) => questionOf(within(record, path)) !== undefined);
  const question = asked && questionOf(within(record, asked));
  // A message by itself may be of anything.
  if (!question && answer.key === 'content') return undefined;
  const used = [[...answered, answer.key], ...(question?.keys ?? []).map((key) => [...(asked ?? []), key])];
  return {
    messages: [...(question?.messages ?? []), ...answer.messages],
    rest: used.reduce(without, record),
  };
}

function within(record: JsonObject, path: Path): JsonObject {
  return path.reduce<JsonObject>((at, key) => objectOf(at[key]), record);
}

/** A record without what stands at a path, and without what only led there. */
export function without(object: JsonObject, [key = '', ...path]: Path): JsonObject {
  const { [key]: inner, ...rest } = object;
  if (path.length > 0 && !isObject(inner)) return object;
  const left = path.length === 0 ? {} : without(objectOf(inner), path);
  return Object.keys(left).length === 0 ? rest : { ...object, [key]: left };
}

function questionOf(
  asked: JsonObject,
): { messages: readonly JsonObject[]; keys: readonly string[] } | undefined {
  const key = asked.input === undefined ? 'messages' : 'input';
  const told = asked[key];
  const said = typeof told === 'string' ? [{ role: 'user', content: told }] : told;
  if (!isConversation(said)) return undefined;
  const system = ['instructions', 'system'].filter(
    (it) => typeof asked[it] === 'string' || isBlocks(asked[it]),
  );
  const prompts = system.map((it) => ({ role: 'system', content: asked[it] }));
  const messages = said.some(isResponseItem) ? messagesOfItems(said) : said;
  return { messages: [...prompts, ...messages], keys: [key, ...system] };
}

function isBlocks(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((it) => typeof objectOf(it).text === 'string')
  );
}

function answerOf(told: JsonObject): { messages: readonly JsonObject[]; key: string } | undefined {
  const { choices, output, content } = told;
  const facts = { usage: told.usage, model: told.model, response_id: told.id };
  const [choice, ...others] = arrayOf(choices).filter(isObject);
  if (choice && others.length === 0 && typeof objectOf(choice.message).role === 'string') {
    const { message, finish_reason } = choice;
    return { key: 'choices', messages: [{ ...objectOf(message), ...facts, finish_reason }] };
  }
  if (isConversation(output) && output.every((it) => it.type === 'message' || isResponseItem(it)))
    return { key: 'output', messages: withFacts(messagesOfItems(output), facts) };
  if (told.type !== 'message' || told.role !== 'assistant' || !Array.isArray(content)) return undefined;
  const { inputTokens } = claudeUsage(objectOf(told.usage));
  const usage = { ...objectOf(told.usage), ...(inputTokens !== undefined && { input_tokens: inputTokens }) };
  const finish = textOf(told.stop_reason);
  return {
    key: 'content',
    messages: [{ role: 'assistant', content, ...facts, usage, finish_reason: finish }],
  };
}

/** Of what one request has answered the first message has its usage. */
function withFacts(messages: readonly JsonObject[], facts: JsonObject): readonly JsonObject[] {
  const at = messages.findIndex(({ role }) => role === 'assistant');
  return messages.map((message, index) => (index === at ? { ...message, ...facts } : message));
}
