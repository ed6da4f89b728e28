import type { ModelCallInsert } from '@varve/schema';
import { toJson } from '@varve/schema';
import { type AgentItem, agentItem } from './agent-item.ts';
import { type JsonObject, listOf, numberOf, objectOf, textOf } from './json-access.ts';

type Described = Partial<Omit<ModelCallInsert, 'status'>>;

/** What a span of a request to a model tells: of the Responses API, of Chat Completions, or of any other model. */
export interface ModelSpan {
  readonly call: Described;
  /** As the SDK has them: each request repeats all that was said, and only what is new is worth reading. */
  readonly inputs: readonly unknown[];
  readonly outputs: readonly AgentItem[];
}

export function readModelSpan(data: JsonObject): ModelSpan {
  return data.type === 'response' ? readResponse(data) : readGeneration(data);
}

/** The SDK keeps what a request and its answer held in `_input` and `_response`, unless told not to. */
function readResponse({ response_id, _input, _response }: JsonObject): ModelSpan {
  const response = objectOf(_response);
  const { incomplete_details, instructions, status } = response;
  const reason = textOf(objectOf(incomplete_details).reason) ?? textOf(status);
  return {
    call: {
      providerName: 'openai',
      requestModel: textOf(response.model) ?? null,
      responseModel: textOf(response.model) ?? null,
      responseId: textOf(response_id) ?? textOf(response.id) ?? null,
      finishReasons: reason === undefined ? null : [reason],
      requestOptions: optionsOf(response),
      ...usageOf(response.usage),
    },
    inputs: [...system(instructions), ...(typeof _input === 'string' ? [_input] : listOf(_input))],
    outputs: listOf(response.output).map(agentItem),
  };
}

function readGeneration({ model, model_config, input, output, usage }: JsonObject): ModelSpan {
  const answers = listOf(output).map(objectOf);
  const [answer = {}] = answers;
  const choices = listOf(answer.choices).map(objectOf);
  const reasons = choices.map(({ finish_reason }) => textOf(finish_reason)).filter((it) => it !== undefined);
  const isWrapped = choices.length > 0 || Array.isArray(answer.output);
  const outputs = isWrapped ? [...choices.map(({ message }) => message), ...listOf(answer.output)] : answers;
  return {
    call: {
      requestModel: textOf(model) ?? null,
      responseModel: (isWrapped && textOf(answer.model)) || null,
      responseId: (isWrapped && textOf(answer.id)) || null,
      finishReasons: reasons.length > 0 ? reasons : null,
      requestOptions: optionsOf(objectOf(model_config)),
      ...usageOf(usage ?? answer.usage),
    },
    inputs: listOf(input),
    outputs: outputs.map((it) => agentItem({ role: 'assistant', ...objectOf(it) })),
  };
}

function system(instructions: unknown): readonly JsonObject[] {
  return typeof instructions === 'string' && instructions !== ''
    ? [{ role: 'system', content: instructions }]
    : [];
}

const optionKeys = [
  'temperature',
  'top_p',
  'topP',
  'max_output_tokens',
  'maxTokens',
  'frequencyPenalty',
  'presencePenalty',
  'tool_choice',
  'toolChoice',
  'parallel_tool_calls',
  'parallelToolCalls',
  'reasoning',
  'truncation',
  'previous_response_id',
  'service_tier',
];

/** What the request carried beside the messages, and the names of the tools on offer. */
function optionsOf(source: JsonObject): Described['requestOptions'] {
  const given = optionKeys.filter((key) => source[key] !== undefined && source[key] !== null);
  const entries = given.map((key) => [key, toJson(source[key])]);
  const tools = listOf(source.tools).map((tool) => objectOf(tool).name ?? objectOf(tool).type);
  if (tools.length > 0) entries.push(['tools', toJson(tools)]);
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}

/** Chat Completions and the Responses API have their own words for the same numbers, and the SDK's turns have theirs. */
export function usageOf(value: unknown): Described {
  const usage = objectOf(value);
  const inputs = objectOf(usage.input_tokens_details ?? usage.prompt_tokens_details ?? usage.details);
  const outputs = objectOf(usage.output_tokens_details ?? usage.completion_tokens_details ?? usage.details);
  const count = (...found: unknown[]) => found.map(numberOf).find((it) => it !== undefined) ?? null;
  return {
    inputTokens: count(usage.input_tokens, usage.prompt_tokens),
    outputTokens: count(usage.output_tokens, usage.completion_tokens),
    cacheReadInputTokens: count(inputs.cached_tokens, usage.cached_input_tokens),
    cacheCreationInputTokens: count(inputs.cache_write_tokens, usage.cache_write_input_tokens),
    reasoningOutputTokens: count(outputs.reasoning_tokens),
  };
}
