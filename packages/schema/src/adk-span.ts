import { type Attributes, objectOf, parsed } from './attributes.ts';
import type { GenAiSpan } from './gen-ai-records.ts';

const prefix = 'gcp.vertex.agent.';

/**
 * A span of Google's Agent Development Kit, which names what was said in its own way, by the GenAI conventions; undefined
 * for any other. Source: `telemetry/tracing.ts` of `@google/adk` 2.0
 */
export function fromAdk(span: GenAiSpan): GenAiSpan | undefined {
  const entries = Object.entries(span.attributes);
  if (!entries.some(([key]) => key.startsWith(prefix))) return undefined;
  const told = (key: string) => captured(span.attributes[prefix + key]);
  const request = objectOf(told('llm_request'));
  const response = objectOf(told('llm_response'));
  const attributes = {
    'gen_ai.conversation.id': span.attributes[`${prefix}session_id`],
    'gen_ai.system_instructions': textsOf(objectOf(request.config).systemInstruction),
    'gen_ai.input.messages': listOf(request.contents).map(messageOf),
    'gen_ai.output.messages': response.content === undefined ? undefined : [messageOf(response.content)],
    'gen_ai.tool.call.arguments': told('tool_call_args'),
    'gen_ai.tool.call.result': told('tool_response'),
    ...Object.fromEntries(entries.filter(([key]) => !contents.has(key))),
  };
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return { ...span, attributes: Object.fromEntries(known) };
}

/** Calls that were made together are spans of their own each, and this one more. */
export function isMergedAdkCall({ name }: GenAiSpan): boolean {
  return name === 'execute_tool (merged)';
}

const contents = new Set(
  ['llm_request', 'llm_response', 'tool_call_args', 'tool_response', 'session_id'].map((it) => prefix + it),
);

/** A message as Gemini has it. */
function messageOf(content: unknown): Attributes {
  const { role, parts } = objectOf(content);
  const said = listOf(parts).map(objectOf);
  const isAnswer = said.some(({ functionResponse }) => functionResponse !== undefined);
  return { role: role === 'model' ? 'assistant' : isAnswer ? 'tool' : role, parts: said.map(partOf) };
}

function partOf(part: Attributes): Attributes {
  const { text, thought, functionCall, functionResponse, ...rest } = part;
  if (typeof text === 'string') {
    return { ...rest, type: thought === true ? 'reasoning' : 'text', content: text };
  }
  if (functionCall !== undefined) {
    const { id = null, name = null, args = null } = objectOf(functionCall);
    return { ...rest, type: 'tool_call', id, name, arguments: args };
  }
  if (functionResponse !== undefined) {
    const { id = null, name = null, response = null } = objectOf(functionResponse);
    return { ...rest, type: 'tool_call_response', id, name, response };
  }
  return { ...part, type: Object.keys(rest)[0] ?? 'unknown' };
}

/** Instructions are a text, a part, a message, or some of these. */
function textsOf(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.flatMap((it) => textsOf(it) ?? []);
  const { parts } = objectOf(value);
  return parts === undefined ? [typeof value === 'string' ? value : partOf(objectOf(value))] : textsOf(parts);
}

/** What is not to be captured is an empty object. */
function captured(value: unknown): unknown {
  return typeof value === 'string' && value !== '{}' ? parsed(value) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
