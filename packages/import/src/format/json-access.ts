import { isObject, numberOf } from '@varve/core/internal';

export {
  arrayOf,
  countOf,
  isObject,
  type JsonObject,
  jsonText,
  numberOf,
  objectOf,
  plainPart,
  restOf,
  textOf,
} from '@varve/core/internal';

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

/** The value that a text holds as JSON; the text itself where it is none. */
export function parsedOrText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Of records that tell theirs. */
export function firstTimeIn(values: readonly unknown[]): number | undefined {
  return values
    .filter(isObject)
    .map(({ timestamp }) => timeOf(timestamp))
    .find((ms) => ms !== undefined);
}
