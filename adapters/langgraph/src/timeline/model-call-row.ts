import type { BaseMessage } from '@langchain/core/messages';
import type { LLMResult } from '@langchain/core/outputs';

type Fields = Readonly<Record<string, unknown>>;

const optionKeys = [
  ...[
    'temperature',
    'max_tokens',
    'max_completion_tokens',
    'top_p',
    'top_k',
    'seed',
    'stop',
    'stop_sequences',
  ],
  ...['frequency_penalty', 'presence_penalty', 'reasoning_effort', 'response_format', 'tool_choice'],
];

/** What a model call begins with, from what LangChain tells of it. */
export function modelCallStart(extraParams: Fields = {}, metadata: Fields = {}): Fields {
  const params = (extraParams.invocation_params ?? {}) as Fields;
  const given = optionKeys.filter((key) => params[key] !== undefined && params[key] !== null);
  const tools = Array.isArray(params.tools) ? params.tools.map(toolName).filter(Boolean) : [];
  const options = Object.fromEntries([
    ...given.map((key) => [key, params[key]]),
    ...(tools.length > 0 ? [['tools', tools]] : []),
  ]);
  return {
    providerName: text(metadata.ls_provider),
    requestModel: text(metadata.ls_model_name) ?? text(params.model) ?? text(params.model_name),
    ...(Object.keys(options).length > 0 && { requestOptions: options }),
  };
}

/** What it ends with, and the message that the model said. */
export function modelCallEnd(output: LLMResult): {
  readonly row: Fields;
  readonly message: BaseMessage | undefined;
} {
  const generation = output.generations[0]?.[0] as
    | { message?: BaseMessage; generationInfo?: Fields }
    | undefined;
  const message = generation?.message;
  const response = {
    ...output.llmOutput,
    ...generation?.generationInfo,
    ...message?.response_metadata,
  } as Fields;
  const finish = text(response.finish_reason) ?? text(response.stop_reason) ?? text(response.finishReason);
  return {
    message,
    row: {
      responseModel: text(response.model_name) ?? text(response.model),
      responseId: message?.id ?? text(response.id),
      ...(finish && { finishReasons: [finish] }),
      ...usageOf(message, output.llmOutput),
    },
  };
}

function usageOf(message: BaseMessage | undefined, llmOutput: Fields | undefined): Fields {
  const usage = (message as { usage_metadata?: Fields } | undefined)?.usage_metadata;
  if (!usage) {
    const tokens = (llmOutput?.tokenUsage ?? {}) as Fields;
    return { inputTokens: count(tokens.promptTokens), outputTokens: count(tokens.completionTokens) };
  }
  const input = (usage.input_token_details ?? {}) as Fields;
  const output = (usage.output_token_details ?? {}) as Fields;
  return {
    inputTokens: count(usage.input_tokens),
    outputTokens: count(usage.output_tokens),
    cacheReadInputTokens: count(input.cache_read),
    cacheCreationInputTokens: count(input.cache_creation),
    reasoningOutputTokens: count(output.reasoning),
  };
}

function toolName(tool: unknown): string | null {
  const { name, function: described } = (tool ?? {}) as { name?: unknown; function?: { name?: unknown } };
  return text(name) ?? text(described?.name);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}
