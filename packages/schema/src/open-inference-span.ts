import { type Attributes, objectOf, parsed } from './attributes.ts';
import type { GenAiSpan } from './gen-ai-records.ts';

type Entries = Record<string, unknown>;

/** How OpenInference's kinds of spans are called by the GenAI conventions; the others keep their own word. */
const operations: Readonly<Record<string, string>> = {
  LLM: 'chat',
  EMBEDDING: 'embeddings',
  TOOL: 'execute_tool',
  AGENT: 'invoke_agent',
};

const modelKinds = new Set(['LLM', 'EMBEDDING']);
const kindKey = 'openinference.span.kind';

/**
 * A span that follows OpenInference's conventions, as one that follows OpenTelemetry's; undefined for any other span.
 * Source: https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
 */
export function fromOpenInference(span: GenAiSpan): GenAiSpan | undefined {
  const { attributes } = span;
  const kind = attributes[kindKey];
  if (typeof kind !== 'string' || attributes['gen_ai.operation.name'] !== undefined) return undefined;
  const translated = {
    'gen_ai.operation.name': operations[kind] ?? kind.toLowerCase(),
    'gen_ai.conversation.id': attributes['session.id'],
    'gen_ai.agent.name': agentName(span, kind),
    ...(modelKinds.has(kind) && modelAttributes(attributes)),
    ...(kind === 'TOOL' && toolAttributes(span)),
    ...(kind === 'AGENT' && messagesAttributes(attributes)),
  };
  const isTaken = modelKinds.has(kind) ? /^(llm\.|input\.|output\.)/ : /^(input\.|output\.)/;
  const rest = Object.entries(attributes).filter(
    ([key]) => !isTaken.test(key) && key !== 'session.id' && key !== kindKey,
  );
  const known = Object.entries(translated).filter(([, value]) => value !== undefined);
  return { ...span, attributes: Object.fromEntries([...rest, ...known]) };
}

/** The outermost chain is what the application calls its agent, where no span is one. */
function agentName({ attributes, name, parentSpanId }: GenAiSpan, kind: string): unknown {
  if (attributes['agent.name'] !== undefined) return attributes['agent.name'];
  return kind === 'AGENT' || (kind === 'CHAIN' && parentSpanId === undefined) ? name : undefined;
}

function modelAttributes(attributes: Attributes): Entries {
  const count = (name: string) => attributes[`llm.token_count.${name}`];
  const finishReason = attributes['llm.finish_reason'];
  const options = Object.entries(objectIn(attributes['llm.invocation_parameters'])).filter(
    ([key, value]) => value !== null && typeof value !== 'object' && key !== 'model',
  );
  return {
    ...Object.fromEntries(options.map(([key, value]) => [`gen_ai.request.${key}`, value])),
    'gen_ai.provider.name': attributes['llm.provider'] ?? attributes['llm.system'],
    'gen_ai.request.model': attributes['llm.model_name'] ?? attributes['embedding.model_name'],
    'gen_ai.response.finish_reasons': finishReason === undefined ? undefined : [finishReason],
    'gen_ai.usage.input_tokens': count('prompt'),
    'gen_ai.usage.output_tokens': count('completion'),
    'gen_ai.usage.cache_read.input_tokens': count('prompt_details.cache_read'),
    'gen_ai.usage.cache_creation.input_tokens': count('prompt_details.cache_write'),
    'gen_ai.usage.reasoning.output_tokens': count('completion_details.reasoning'),
    'gen_ai.usage.cost': attributes['llm.cost.total'],
    ...messagesAttributes(attributes),
  };
}

function messagesAttributes(attributes: Attributes): Entries {
  const inputs = messagesIn(attributes, 'llm.input_messages', 'input.value', 'user');
  const outputs = messagesIn(attributes, 'llm.output_messages', 'output.value', 'assistant');
  return {
    'gen_ai.input.messages': inputs.length > 0 ? JSON.stringify(inputs) : undefined,
    'gen_ai.output.messages': outputs.length > 0 ? JSON.stringify(outputs) : undefined,
  };
}

/** `llm.input_messages.0.message.role` and so on; a text that stands for all of them where there are none. */
function messagesIn(attributes: Attributes, prefix: string, whole: string, role: string): Entries[] {
  const listed = itemsOf(attributes, prefix).map((item) => messageOf(item, role));
  if (listed.length > 0) return listed;
  const text = attributes[whole];
  const isText =
    typeof text === 'string' && attributes[whole.replace('value', 'mime_type')] !== 'application/json';
  return isText ? [{ role, parts: [{ type: 'text', content: text }] }] : [];
}

function messageOf(item: Attributes, fallback: string): Entries {
  const role = item['message.role'] ?? fallback;
  const content = item['message.content'];
  const id = item['message.tool_call_id'] ?? null;
  if (id !== null || role === 'tool')
    return { role: 'tool', parts: [{ type: 'tool_call_response', id, response: content ?? null }] };
  const parts = itemsOf(item, 'message.contents').map(contentPart);
  const said = typeof content === 'string' && content !== '' ? [{ type: 'text', content }] : parts;
  return { role, parts: [...said, ...itemsOf(item, 'message.tool_calls').map(callPart)] };
}

function contentPart(item: Attributes): Entries {
  const text = item['message_content.text'];
  if (text !== undefined) return { type: 'text', content: text };
  const uri = item['message_content.image.image.url'];
  return uri === undefined ? { type: 'other', ...item } : { type: 'uri', modality: 'image', uri };
}

function callPart(item: Attributes): Entries {
  return {
    type: 'tool_call',
    id: item['tool_call.id'] ?? null,
    name: item['tool_call.function.name'] ?? null,
    arguments: parsed(item['tool_call.function.arguments']) ?? null,
  };
}

/** What a tool of LangChain gave is a message of its own, written out. */
function toolAttributes({ attributes, name }: GenAiSpan): Entries {
  const output = parsed(attributes['output.value']);
  const message = objectIn(objectIn(objectIn(output).output).kwargs);
  const isMessage = message.tool_call_id !== undefined && message.content !== undefined;
  return {
    'gen_ai.tool.name': attributes['tool.name'] ?? name,
    'gen_ai.tool.call.id': attributes['tool_call.id'] ?? attributes['tool.id'] ?? message.tool_call_id,
    'gen_ai.tool.call.arguments': attributes['tool.parameters'] ?? attributes['input.value'],
    'gen_ai.tool.call.result': isMessage ? message.content : attributes['output.value'],
  };
}

/** `prefix.0.key`, `prefix.1.key`: one object for each number. */
function itemsOf(attributes: Attributes, prefix: string): Attributes[] {
  const items: Entries[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(`${prefix}.`)) continue;
    const [, at = '', rest = ''] = /^(\d+)\.(.*)$/s.exec(key.slice(prefix.length + 1)) ?? [];
    if (at === '' || Number(at) > 100_000) continue;
    items[Number(at)] = { ...items[Number(at)], [rest]: value };
  }
  return items.filter((item) => item !== undefined);
}

function objectIn(value: unknown): Attributes {
  return objectOf(parsed(value));
}
