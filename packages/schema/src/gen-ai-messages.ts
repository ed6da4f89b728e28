import { type Attributes, objectOf, parsed } from './attributes.ts';
import { isNumbered, numberedIn } from './gen-ai-numbered.ts';
import type { GenAiMessage, GenAiSpan } from './gen-ai-records.ts';
import { type MessagePart, type MessageRole, messageRoles } from './messages.ts';

export interface ToldMessages {
  readonly messages: readonly GenAiMessage[];
  /** Whether they were read from an attribute of older conventions. */
  readonly isRead: (key: string) => boolean;
}

/** The messages of a model call: from attributes, from the event that stands for them, or from an event a message. */
export function genAiMessages({ attributes, events = [] }: GenAiSpan): ToldMessages {
  const details = events.find(({ name }) => name === 'gen_ai.client.inference.operation.details');
  const structured = fromAttributes({ ...details?.attributes, ...attributes });
  if (structured.length > 0) return { messages: structured, isRead: () => false };
  const numbered = [...fromNumbered(attributes, 'prompt'), ...fromNumbered(attributes, 'completion')];
  if (numbered.length > 0) return { messages: numbered, isRead: isNumbered };
  const plain = fromPrompt(attributes);
  if (plain.length > 0)
    return { messages: plain, isRead: (key) => /^gen_ai\.(prompt|completion)$/.test(key) };
  const said = events.flatMap(({ name, attributes }) => fromEvent(name, attributes));
  return { messages: said, isRead: () => false };
}

/** What a tool was given and gave, where events tell it. */
export function genAiToolEvents({ events = [] }: GenAiSpan): {
  readonly given: unknown;
  readonly result: unknown;
} {
  const find = (event: string) => events.find(({ name }) => name === event)?.attributes ?? {};
  return {
    given: parsed(find('gen_ai.tool.message').content),
    result: bedrockContent(parsed(find('gen_ai.choice').message)),
  };
}

/** Why the model stopped, where its answer tells it. */
export function genAiFinishReason({ attributes, events = [] }: GenAiSpan): string[] | null {
  const choices = events.filter(({ name }) => name === 'gen_ai.choice').map((it) => it.attributes);
  const reasons = [...choices, ...numberedIn(attributes, 'completion')]
    .map((it) => it.finish_reason)
    .filter((it) => typeof it === 'string');
  return reasons.length > 0 ? reasons : null;
}

function fromAttributes(attributes: Attributes): readonly GenAiMessage[] {
  const instructions = listIn(attributes['gen_ai.system_instructions']);
  return [
    ...(instructions.length > 0 ? [message('system', partsOf(instructions), false)] : []),
    ...listIn(attributes['gen_ai.input.messages']).map((it) => messageOf(it, false)),
    ...listIn(attributes['gen_ai.output.messages'] ?? mastraAnswer(attributes)).map((it) =>
      messageOf(it, true),
    ),
  ];
}

/** Mastra tells by the conventions what its models said, and in its own way what an agent gave back. */
function mastraAnswer(attributes: Attributes): unknown {
  const { text } = objectOf(parsed(attributes['mastra.agent_run.output']));
  return typeof text === 'string' && text !== '' ? [text] : undefined;
}

function fromNumbered(attributes: Attributes, kind: 'prompt' | 'completion'): readonly GenAiMessage[] {
  return numberedIn(attributes, kind).map((it) => {
    const { content, tool_call_id: id } = it;
    return typeof id === 'string'
      ? saidBefore('tool', { content, id })
      : messageOf(it, kind === 'completion');
  });
}

/** `gen_ai.user.message` and its like, as the conventions had it until 2025. */
function fromEvent(name: string, attributes: Attributes): readonly GenAiMessage[] {
  const [, role, kind] =
    /^gen_ai\.(?:(system|user|assistant|tool)\.message|(choice|content\.prompt|content\.completion))$/.exec(
      name,
    ) ?? [];
  if (role) return [saidBefore(role as MessageRole, attributes)];
  if (kind === 'choice') {
    const said = parsed(attributes.message) ?? attributes;
    return [messageOf(Array.isArray(said) ? { content: said } : said, true)];
  }
  if (kind === 'content.prompt' || kind === 'content.completion') return fromPrompt(attributes);
  return [];
}

/** As the conventions had it at first: a text, or messages as JSON. */
function fromPrompt(attributes: Attributes): readonly GenAiMessage[] {
  return [
    ...listIn(attributes['gen_ai.prompt']).map((it) => messageOf(it, false)),
    ...listIn(attributes['gen_ai.completion']).map((it) => messageOf(it, true)),
  ];
}

function saidBefore(role: MessageRole, { content, tool_calls: calls, id }: Attributes): GenAiMessage {
  const isResult = role === 'tool' && typeof id === 'string';
  const response = { type: 'tool_call_response', id, response: parsed(content) ?? null } as MessagePart;
  const said = isResult ? [response] : partsOf(parsed(content));
  return message(role, [...said, ...listIn(calls).map(callPart)], false);
}

function messageOf(value: unknown, isOutput: boolean): GenAiMessage {
  const { role, parts, content, tool_calls: calls } = objectOf(value);
  const said = partsOf(parts ?? parsed(content) ?? (typeof value === 'string' ? value : []));
  return message(
    roleOf(role, isOutput ? 'assistant' : 'user'),
    [...said, ...listIn(calls).map(callPart)],
    isOutput,
  );
}

function message(role: MessageRole, parts: MessagePart[], isOutput: boolean): GenAiMessage {
  return { role, parts, isOutput };
}

function roleOf(value: unknown, fallback: MessageRole): MessageRole {
  if (value === 'developer') return 'system';
  return messageRoles.find((role) => role === value) ?? fallback;
}

function partsOf(value: unknown): MessagePart[] {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [{ type: 'text', content: value }];
  const list = Array.isArray(value) ? value : [value];
  return list.map(fromBedrock).map((part) => {
    const { type, text, ...rest } = objectOf(part);
    if (typeof part === 'string') return { type: 'text', content: part };
    if (typeof text === 'string' && rest.content === undefined)
      return {
        ...rest,
        type: typeof type === 'string' && !isPlain(type) ? type : 'text',
        content: text,
      } as MessagePart;
    return { ...objectOf(part), type: typeof type === 'string' ? type : 'json' } as MessagePart;
  });
}

/** Calls of tools and their results as Bedrock's Converse has them, with their kind as a key or in `type`. */
function fromBedrock(part: unknown): unknown {
  const { type, toolUse, toolResult, ...own } = objectOf(part);
  const use = type === 'toolUse' ? own : objectOf(toolUse);
  const result = type === 'toolResult' ? own : objectOf(toolResult);
  if (use.toolUseId !== undefined && 'input' in use)
    return { type: 'tool_call', id: use.toolUseId, name: use.name ?? null, arguments: use.input ?? null };
  if (result.toolUseId !== undefined)
    return {
      type: 'tool_call_response',
      id: result.toolUseId,
      response: bedrockContent(result.content) ?? null,
    };
  return part;
}

function bedrockContent(content: unknown): unknown {
  if (!Array.isArray(content) || content.length !== 1) return content;
  const { json, text } = objectOf(content[0]);
  return json ?? text ?? content;
}

/** Text as some APIs call it. */
function isPlain(type: string): boolean {
  return type === 'input_text' || type === 'output_text';
}

function callPart(value: unknown): MessagePart {
  const { id, function: called, name, arguments: given } = objectOf(value);
  const inner = objectOf(called);
  return {
    type: 'tool_call',
    id: id ?? null,
    name: inner.name ?? name ?? null,
    arguments: parsed(inner.arguments ?? given) ?? null,
  } as MessagePart;
}

function listIn(value: unknown): readonly unknown[] {
  const list = parsed(value);
  if (Array.isArray(list)) return list;
  return list === undefined || list === null || list === '' ? [] : [list];
}
