export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : none;
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Undefined for an empty text too. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** What no session has used, and sums of which columns can still hold. */
const mostTokens = 2 ** 50;

/** A whole number of tokens; undefined for what can be none. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number === undefined || number < 0 || number > mostTokens ? undefined : Math.round(number);
}

/** Milliseconds since 1970 of an ISO text, or of a number of seconds, milliseconds, micro- or nanoseconds. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const ms = Date.parse(value);
    if (!Number.isNaN(ms)) return ms;
    return /^\d{9,19}(\.\d+)?$/.test(value) ? timeOf(Number(value)) : undefined;
  }
  const number = numberOf(value);
  if (number === undefined || number < 1e8) return undefined;
  if (number < 1e11) return Math.round(number * 1000);
  if (number < 1e14) return Math.round(number);
  if (number < 1e17) return Math.round(number / 1e3);
  return number < 1e20 ? Math.round(number / 1e6) : undefined;
}

/** Milliseconds of a number of seconds; undefined for what no call has taken. */
export function secondsToMs(value: unknown): number | undefined {
  const seconds = numberOf(value);
  return seconds === undefined || seconds < 0 || seconds > 1e10 ? undefined : seconds * 1000;
}

/** JSON as text; null for what is not there. */
export function jsonText(value: unknown): string | null {
  return value === undefined ? null : (JSON.stringify(value) ?? null);
}

/** What an object holds beside some keys; undefined for nothing. */
export function restOf(value: JsonObject, known: ReadonlySet<string>): Record<string, unknown> | undefined {
  let rest: Record<string, unknown> | undefined;
  for (const key in value) {
    if (known.has(key) || value[key] === null || value[key] === undefined) continue;
    rest ??= {};
    rest[key] = value[key];
  }
  return rest;
}

/** The value that a text holds as JSON; the text itself where it is none. */
export function parsedOrText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A part of a message that is no object. */
export function plainPart(value: unknown): JsonObject {
  return typeof value === 'string' ? { type: 'text', content: value } : { type: 'json', content: value };
}

const none: JsonObject = {};
