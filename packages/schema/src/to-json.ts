import type { JsonValue } from './json-schemas.ts';

/** In place of a value that refers to one around it. */
export const circularMark = '[Circular]';
/** In place of what lies deeper than `toJson` goes. */
export const tooDeepMark = '[Too deep]';
/** In place of a value whose getter, proxy or `toJSON` throws. */
export const unreadableMark = '[Unreadable]';

const maxDepth = 500;

/**
 * What `JSON.stringify` sees of a value, as a value: `toJSON` is called, undefined and functions are left out or null,
 * NaN is null, a class instance is its own properties, a Map is empty. Beyond that nothing throws: a bigint is its
 * decimal text, bytes (a Buffer, any typed array, an ArrayBuffer) are `{ $bytes: '<base64>' }`, a cycle is
 * `'[Circular]'`, what lies deeper than 500 is `'[Too deep]'`, and what cannot be looked at is `'[Unreadable]'`. What is
 * no JSON at all, such as undefined, is null.
 *
 * @example
 * import { toJson } from '@varve/schema';
 *
 * console.log(toJson({ at: new Date(0), size: 10n, note: undefined }));
 * // { at: '1970-01-01T00:00:00.000Z', size: '10' }
 */
export function toJson(value: unknown): JsonValue {
  return convert(value, '', []) ?? null;
}

/** Undefined for what JSON leaves out. */
function convert(given: unknown, key: string, around: unknown[]): JsonValue | undefined {
  try {
    const bytes = bytesOf(given);
    if (bytes) return { $bytes: bytes.toString('base64') };
    const value = unbox(callToJson(given, key));
    return typeof value === 'object' && value !== null
      ? convertObject(value, around)
      : convertPrimitive(value);
  } catch {
    return unreadableMark;
  }
}

function convertPrimitive(value: unknown): JsonValue | undefined {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' || typeof value === 'boolean' || value === null ? value : undefined;
}

function convertObject(value: object, around: unknown[]): JsonValue {
  if (around.includes(value)) return circularMark;
  if (around.length >= maxDepth) return tooDeepMark;
  around.push(value);
  try {
    return Array.isArray(value) ? convertArray(value, around) : convertProperties(value, around);
  } finally {
    around.pop();
  }
}

function callToJson(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value;
  const { toJSON } = value as { readonly toJSON?: unknown };
  return typeof toJSON === 'function' ? toJSON.call(value, key) : value;
}

function unbox(value: unknown): unknown {
  const isBoxed =
    value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt;
  return isBoxed ? value.valueOf() : value;
}

function convertArray(values: readonly unknown[], around: unknown[]): JsonValue[] {
  return Array.from(values, (value, at) => convert(value, String(at), around) ?? null);
}

function convertProperties(value: object, around: unknown[]): Record<string, JsonValue> {
  const converted: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) {
    const inner = convert(readProperty(value, key), key, around);
    if (inner === undefined) continue;
    if (key !== '__proto__') converted[key] = inner;
    // Assigning would set the prototype.
    else
      Object.defineProperty(converted, key, {
        value: inner,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return converted;
}

function readProperty(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return unreadableMark;
  }
}

function bytesOf(value: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return Buffer.from(value);
  return undefined;
}
