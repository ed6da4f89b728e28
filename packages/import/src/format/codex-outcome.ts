import type { ToolCallRow } from '../archive/index.ts';
import type { Usage } from './claude-usage.ts';
import {
  countOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  parsedOrText,
  secondsToMs,
  textOf,
} from './json-access.ts';

type Outcome = Pick<ToolCallRow, 'status' | 'errorType' | 'errorMessage'> & { durationMs?: number };

/** How a call ended: by what events told of it, else by what its output says. */
export function codexOutcome(output: unknown, events: JsonObject): Outcome {
  const said = saidBy(output);
  const structured = objectOf(parsedOrText(said));
  const code = exitCode(said, structured, events);
  const durationMs = duration(structured, events);
  const time = durationMs === undefined ? {} : { durationMs };
  if (/^aborted( by user)?|^execution aborted/i.test(said))
    return { ...time, status: 'cancelled', errorType: 'aborted', errorMessage: said };
  if (/rejected by user|was rejected|approval denied/i.test(said.slice(0, 200)))
    return { ...time, status: 'denied', errorType: 'rejected', errorMessage: said };
  if (code !== undefined && code !== 0)
    return { ...time, status: 'error', errorType: `exit_code_${code}`, errorMessage: said };
  const failed =
    objectOf(output).success === false ||
    hasFailed(events) ||
    /^(failed|error)\b|^apply_patch verification failed/i.test(said);
  return failed
    ? { ...time, status: 'error', errorType: 'tool_error', errorMessage: said }
    : { ...time, status: 'ok' };
}

function saidBy(output: unknown): string {
  if (typeof output === 'string') return output;
  if (Array.isArray(output)) return output.map((it) => textOf(objectOf(it).text) ?? '').join('\n');
  return textOf(objectOf(output).content) ?? '';
}

function exitCode(said: string, structured: JsonObject, events: JsonObject): number | undefined {
  const told =
    numberOf(objectOf(events.exec_command_end).exit_code) ??
    numberOf(objectOf(structured.metadata).exit_code);
  if (told !== undefined) return told;
  const text = /^(?:Exit code: |[\s\S]{0,200}?Process exited with code )(-?\d+)/.exec(said)?.[1];
  return text === undefined ? undefined : Number(text);
}

function hasFailed(events: JsonObject): boolean {
  const { result } = objectOf(events.mcp_tool_call_end);
  return (
    objectOf(events.patch_apply_end).success === false ||
    (isObject(result) && ('Err' in result || objectOf(result.Ok).is_error === true))
  );
}

function duration(structured: JsonObject, events: JsonObject): number | undefined {
  const plain = secondsToMs(objectOf(structured.metadata).duration_seconds);
  if (plain !== undefined) return plain;
  const told = objectOf(objectOf(events.exec_command_end ?? events.mcp_tool_call_end).duration);
  const [ms, nanos] = [secondsToMs(told.secs), numberOf(told.nanos)];
  return ms === undefined ? undefined : ms + Math.max(0, nanos ?? 0) / 1e6;
}

/** OpenAI counts the cache's tokens within the input, and reasoning within the output. */
export function codexUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const counts = {
    inputTokens: countOf(value.input_tokens),
    outputTokens: countOf(value.output_tokens),
    cacheReadInputTokens: countOf(value.cached_input_tokens),
    cacheCreationInputTokens: countOf(value.cache_write_input_tokens),
    reasoningOutputTokens: countOf(value.reasoning_output_tokens),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}
