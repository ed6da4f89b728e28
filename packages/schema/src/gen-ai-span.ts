import { fromAdk, isMergedAdkCall } from './adk-span.ts';
import { type Attributes, parsed } from './attributes.ts';
import { genAiFinishReason, genAiMessages, genAiToolEvents, type ToldMessages } from './gen-ai-messages.ts';
import type { GenAiMessage, GenAiSpan } from './gen-ai-records.ts';
import { fromOpenInference } from './open-inference-span.ts';
import type { ModelCallInsert, SessionInsert, ToolCallInsert } from './row-schemas.ts';

/** The rows that a span stands for; what the recorder fills, and references to other spans' rows, are left out. */
export interface GenAiRows {
  /** After `gen_ai.operation.name`. */
  readonly operation: string;
  /** `gen_ai.conversation.id`; spans of one trace share it, also those that do not tell it. */
  readonly conversationId: string | undefined;
  readonly session: Partial<SessionInsert>;
  readonly modelCall?: Omit<ModelCallInsert, 'seq' | 'sessionId'>;
  readonly toolCall?: Omit<ToolCallInsert, 'seq' | 'sessionId'>;
  /** Of a model call or an agent: the instructions and the conversation that it was given, then the answer. */
  readonly messages: readonly GenAiMessage[];
}

const modelOperations = new Set(['chat', 'text_completion', 'generate_content', 'embeddings']);

/**
 * Turns a span that follows OpenTelemetry's GenAI conventions, of today or of 2024, or OpenInference's, or that Google's
 * ADK made, into rows of the standard tables; undefined for any other span. Source: https://github.com/open-telemetry/semantic-conventions-genai
 *
 * @example
 * ```ts
 * import { mapGenAiSpan } from '@varve/schema';
 *
 * const rows = mapGenAiSpan({
 *   traceId: '1',
 *   spanId: '2',
 *   name: 'chat gpt-5',
 *   startMs: 1000,
 *   endMs: 1250,
 *   attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 12 },
 * });
 * console.log(rows?.modelCall?.inputTokens, rows?.modelCall?.durationMs); // 12 250
 * ```
 */
export function mapGenAiSpan(given: GenAiSpan): GenAiRows | undefined {
  const span = fromOpenInference(given) ?? fromAdk(given) ?? given;
  const { attributes } = span;
  const operation = operationOf(span);
  if (operation === undefined || isMergedAdkCall(span)) return undefined;
  const rows = {
    operation,
    conversationId: text(attributes['gen_ai.conversation.id']),
    session: sessionFacts(span),
    messages: [] as readonly GenAiMessage[],
  };
  if (operation === 'execute_tool') return { ...rows, toolCall: toolCallOf(span) };
  const isAgent = operation === 'invoke_agent';
  if (!isAgent && !modelOperations.has(operation)) return rows;
  const { messages, isRead } = genAiMessages(span);
  return { ...rows, messages, ...(!isAgent && { modelCall: modelCallOf(span, operation, isRead) }) };
}

function operationOf({ name, attributes }: GenAiSpan): string | undefined {
  const named = text(attributes['gen_ai.operation.name']);
  if (named !== undefined) return named;
  if (attributes['gen_ai.tool.name'] !== undefined) return 'execute_tool';
  const asked = attributes['gen_ai.request.model'] ?? attributes['gen_ai.response.model'];
  return asked === undefined ? spanName.exec(name)?.[1] : 'chat';
}

/** By the conventions. Some set attributes only when a span ends, and none when what it is about has failed. */
const spanName = /^(invoke_agent|execute_tool) (.+)$/s;

function sessionFacts({ name, attributes }: GenAiSpan): Partial<SessionInsert> {
  const [, operation, named] = spanName.exec(name) ?? [];
  const agentName =
    text(attributes['gen_ai.agent.name']) ?? (operation === 'invoke_agent' ? named : undefined);
  const agentVersion = text(attributes['gen_ai.agent.version']);
  const conversationId = text(attributes['gen_ai.conversation.id']);
  return {
    ...(agentName !== undefined && { agentName }),
    ...(agentVersion !== undefined && { agentVersion }),
    ...(conversationId !== undefined && { conversationId }),
  };
}

function modelCallOf(
  span: GenAiSpan,
  operationName: string,
  isRead: ToldMessages['isRead'],
): GenAiRows['modelCall'] & object {
  const { attributes } = span;
  const finishReasons = parsed(attributes['gen_ai.response.finish_reasons']);
  const firstChunk = number(attributes['gen_ai.response.time_to_first_chunk']);
  const options = within(attributes, 'gen_ai.request.');
  return {
    operationName,
    ...providerAndModels(attributes),
    responseId: text(attributes['gen_ai.response.id']) ?? null,
    finishReasons: Array.isArray(finishReasons) ? finishReasons.map(String) : genAiFinishReason(span),
    requestOptions: Object.keys(options).length > 0 ? options : null,
    ...outcomeOf(span),
    timeToFirstTokenMs: firstChunk === undefined ? null : firstChunk * 1000,
    ...usageOf(attributes),
    metadata: metadataOf(span, isRead),
  };
}

function providerAndModels(attributes: Attributes) {
  return {
    providerName: text(attributes['gen_ai.provider.name']) ?? text(attributes['gen_ai.system']) ?? null,
    requestModel: text(attributes['gen_ai.request.model']) ?? null,
    responseModel: text(attributes['gen_ai.response.model']) ?? null,
  };
}

/** What no call has used: a number beyond is none. */
const mostTokens = 2 ** 50;

const usageNames = {
  input: ['input_tokens', 'prompt_tokens'],
  output: ['output_tokens', 'completion_tokens'],
  cacheRead: ['cache_read.input_tokens', 'cache_read_input_tokens', 'input_tokens.cached'],
  cacheCreation: ['cache_creation.input_tokens', 'cache_creation_input_tokens'],
  reasoning: ['reasoning.output_tokens', 'output_tokens.reasoning', 'reasoning_tokens'],
  cost: ['cost', 'cost_usd', 'total_cost'],
};
const knownUsage = new Set(
  Object.values(usageNames)
    .flat()
    .map((name) => `gen_ai.usage.${name}`),
);

/** The conventions count the cache's tokens within the input, and reasoning within the output. */
function usageOf(attributes: Attributes) {
  const usage = (...names: string[]) => {
    const found = names
      .map((name) => number(attributes[`gen_ai.usage.${name}`]))
      .find((it) => it !== undefined && it >= 0 && it <= mostTokens);
    return found ?? null;
  };
  const count = (...names: string[]) => {
    const found = usage(...names);
    return found === null ? null : Math.round(found);
  };
  return {
    inputTokens: count(...usageNames.input),
    outputTokens: count(...usageNames.output),
    cacheReadInputTokens: count(...usageNames.cacheRead),
    cacheCreationInputTokens: count(...usageNames.cacheCreation),
    reasoningOutputTokens: count(...usageNames.reasoning),
    costUsd: usage(...usageNames.cost),
  };
}

function toolCallOf(span: GenAiSpan): GenAiRows['toolCall'] & object {
  const { attributes, name } = span;
  const told = genAiToolEvents(span);
  const given = attributes['gen_ai.tool.call.arguments'] ?? attributes['gen_ai.tool.arguments'] ?? told.given;
  const result = attributes['gen_ai.tool.call.result'] ?? attributes['gen_ai.tool.result'] ?? told.result;
  return {
    toolName: text(attributes['gen_ai.tool.name']) ?? name.replace(/^execute_tool /, ''),
    toolCallId: text(attributes['gen_ai.tool.call.id']) ?? null,
    arguments: (parsed(given) ?? null) as never,
    result: (parsed(result) ?? null) as never,
    ...outcomeOf(span),
    mcpServer: text(attributes['mcp.server.name']) ?? null,
    metadata: metadataOf(span),
  };
}

function outcomeOf({ attributes, isError = false, statusMessage, startMs, endMs }: GenAiSpan) {
  const errorType = text(attributes['error.type']);
  const hasFailed = isError || errorType !== undefined || attributes['gen_ai.tool.status'] === 'error';
  return {
    status: hasFailed ? ('error' as const) : ('ok' as const),
    errorType: errorType ?? (hasFailed ? '_OTHER' : null),
    errorMessage: hasFailed ? (statusMessage ?? null) : null,
    startedAtMs: Math.round(startMs),
    durationMs: Math.max(0, endMs - startMs),
  };
}

const mapped =
  /^(gen_ai\.(conversation\.id|agent\.(name|version)|operation\.name|provider\.name|system|request\..*|response\.(id|model|finish_reasons|time_to_first_chunk)|input\.messages|output\.messages|system_instructions|tool\.(name|call\.(id|arguments|result)))|error\.type)$/;

/** What has no column, with the span's own ids. */
function metadataOf(
  { traceId, spanId, parentSpanId, name, attributes }: GenAiSpan,
  isRead: ToldMessages['isRead'] = () => false,
): Record<string, never> {
  const isTold = (key: string) => mapped.test(key) || knownUsage.has(key) || isRead(key);
  const rest = Object.fromEntries(Object.entries(attributes).filter(([key]) => !isTold(key)));
  const span = { traceId, spanId, ...(parentSpanId && { parentSpanId }), name };
  return { span, ...(Object.keys(rest).length > 0 && { attributes: rest }) } as never;
}

function within(attributes: Attributes, prefix: string): Record<string, never> {
  const entries = Object.entries(attributes).flatMap(([key, value]) => {
    return key.startsWith(prefix) && key !== `${prefix}model` ? [[key.slice(prefix.length), value]] : [];
  });
  return Object.fromEntries(entries);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  const read = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}
