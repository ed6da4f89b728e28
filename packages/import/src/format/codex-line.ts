import { isObject, type JsonObject, timeOf } from './json-access.ts';

/** One line of a rollout. */
export interface CodexLine {
  readonly type: string;
  readonly payload: JsonObject;
  readonly ordinal: unknown;
  /** What it says itself. */
  readonly atMs: number | undefined;
}

/** Undefined for what is none. */
export function codexLineOf(value: JsonObject): CodexLine | undefined {
  const isEnveloped = isObject(value.payload);
  const type = isEnveloped ? String(value.type) : plainType(value);
  const payload = isEnveloped ? (value.payload as JsonObject) : value;
  return type === undefined
    ? undefined
    : { type, payload, ordinal: value.ordinal, atMs: timeOf(value.timestamp) };
}

/** Of a line without an envelope. */
function plainType(value: JsonObject): string | undefined {
  if (value.type === 'token_usage_record') return value.type;
  if (typeof value.type === 'string') return 'response_item';
  if (typeof value.record_type === 'string') return 'record';
  return typeof value.id === 'string' ? 'session_meta' : undefined;
}
