import { escapeJson } from './escape-controls.ts';

/** JSON.rawJSON is in Node.js 22 and newer, but not in TypeScript's library. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/**
 * JSON of a result, indented, with all that SQLite said: integers beyond 2^53 in full, infinities as ±9e999, blobs as
 * `{"base64": …}`.
 */
export function renderJson(value: unknown): string {
  return escapeJson(JSON.stringify(value, replaceValue, 2) ?? 'null');
}

/** JSON.stringify has called a Buffer's own toJSON by then; the holder still has the Buffer. */
function replaceValue(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  if (Buffer.isBuffer(original)) return { base64: original.toString('base64') };
  if (typeof value === 'bigint') return rawJSON(String(value));
  if (value === Number.POSITIVE_INFINITY) return rawJSON('9e999');
  if (value === Number.NEGATIVE_INFINITY) return rawJSON('-9e999');
  return value;
}
