import { type JsonValue, type MessagePart, toJson } from '@varve/schema';

/** A part of a model message, or of what a model call produced, as the AI SDK has it. */
interface SdkPart {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A message's content after OpenTelemetry's `gen_ai.input.messages`; a part of another kind is kept whole. */
export function messageParts(content: unknown): MessagePart[] {
  if (typeof content === 'string') return [{ type: 'text', content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown) => (isSdkPart(part) ? [messagePart(part)] : []));
}

function isSdkPart(part: unknown): part is SdkPart {
  return typeof part === 'object' && part !== null && typeof (part as SdkPart).type === 'string';
}

function messagePart(part: SdkPart): MessagePart {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, content: String(part.text ?? ''), ...rest(part, ['type', 'text']) };
    case 'tool-call':
      return {
        type: 'tool_call',
        id: toJson(part.toolCallId),
        name: toJson(part.toolName),
        arguments: toJson(part.input),
      };
    case 'tool-result':
    case 'tool-error':
      return {
        type: 'tool_call_response',
        id: toJson(part.toolCallId),
        name: toJson(part.toolName),
        response: toJson(part.output ?? part.error),
      };
    default:
      return { ...(toJson(part) as Record<string, JsonValue>), type: part.type };
  }
}

function rest(part: SdkPart, known: readonly string[]): Record<string, JsonValue> {
  const others = Object.entries(part).filter(([key, value]) => !known.includes(key) && value !== undefined);
  return Object.fromEntries(others.map(([key, value]) => [key, toJson(value)]));
}
