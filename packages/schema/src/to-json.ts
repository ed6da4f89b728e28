import type { JsonValue } from './json-schemas.ts';

/** In place of a value that is inside itself, and of what was written out before in a value that is. */
const circularMark = '[Circular]';
/** In place of what lies deeper than `toJson` goes. */
const tooDeepMark = '[Too deep]';
/** In place of what comes after the first 100,000 values of one that is inside itself. */
const tooLargeMark = '[Too large]';
/** In place of a value whose getter, proxy or `toJSON` throws. */
const unreadableMark = '[Unreadable]';

const maxDepth = 500;
/** More than this are likely the same few values again and again. */
const maxValues = 1_000_000;
/** What is inside itself is rarely meant to be written out: a response leads to its socket, and that to the whole program. */
const maxCyclicValues = 100_000;

/** One walk through a value. */
interface Walk {
  /** The objects around the one in hand, from the outside in. */
  readonly around: unknown[];
  /** Those that are written out already, where each is once. */
  readonly seen: Set<unknown> | undefined;
  valuesLeft: number;
}

/** The value is no tree: to write it out as one may take for ever. */
class Entangled extends Error {
  readonly maxValues: number;

  constructor(maxValues: number) {
    super();
    this.maxValues = maxValues;
  }
}

/**
 * What `JSON.stringify` sees of a value, as a value: `toJSON` is called, undefined and functions are left out or null,
 * NaN is null, a class instance is its own properties, a Map is empty. Beyond that nothing throws: a bigint is its
 * decimal text, bytes (a Buffer, any typed array, an ArrayBuffer) are `{ $bytes: '<base64>' }`, in a value that is inside itself each object
 * is written out once and `'[Circular]'` afterwards, what comes after its first 100,000 values is `'[Too large]'`; what lies deeper
 * than 500 is `'[Too deep]'`, and what cannot be looked at is `'[Unreadable]'`. What is
 * no JSON at all, such as undefined, is null.
 *
 * @example
 * import { toJson } from '@varve/schema';
 *
 * console.log(toJson({ at: new Date(0), size: 10n, note: undefined })); // { at: '1970-01-01T00:00:00.000Z', size: '10' }
 */
export function toJson(value: unknown): JsonValue {
  try {
    return convert(value, '', { around: [], seen: undefined, valuesLeft: maxValues }) ?? null;
  } catch (error) {
    if (!(error instanceof Entangled)) throw error;
    return convert(value, '', { around: [], seen: new Set(), valuesLeft: error.maxValues }) ?? null;
  }
}

/** Undefined for what JSON leaves out. */
function convert(given: unknown, key: string, walk: Walk): JsonValue | undefined {
  if (--walk.valuesLeft < 0) {
    if (!walk.seen) throw new Entangled(Number.POSITIVE_INFINITY);
    return tooLargeMark;
  }
  try {
    const bytes = bytesOf(given);
    if (bytes) return { $bytes: bytes.toString('base64') };
    const value = unbox(callToJson(given, key));
    return typeof value === 'object' && value !== null ? convertObject(value, walk) : convertPrimitive(value);
  } catch (error) {
    if (error instanceof Entangled) throw error;
    return unreadableMark;
  }
}

function convertPrimitive(value: unknown): JsonValue | undefined {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' || typeof value === 'boolean' || value === null ? value : undefined;
}

/** In a value that is inside itself each object is written out once: others may lead to it in more ways than can be gone. */
function convertObject(value: object, walk: Walk): JsonValue {
  const { around, seen } = walk;
  if (seen?.has(value)) return circularMark;
  if (!seen && around.includes(value)) throw new Entangled(maxCyclicValues);
  if (around.length >= maxDepth) return tooDeepMark;
  seen?.add(value);
  around.push(value);
  try {
    return Array.isArray(value) ? convertArray(value, walk) : convertProperties(value, walk);
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

function convertArray(values: readonly unknown[], walk: Walk): JsonValue[] {
  const converted: JsonValue[] = [];
  for (let at = 0; at < values.length && walk.valuesLeft >= 0; at++)
    converted.push(convert(values[at], String(at), walk) ?? null);
  return converted;
}

function convertProperties(value: object, walk: Walk): Record<string, JsonValue> {
  const converted: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) {
    if (walk.valuesLeft < 0) break;
    const inner = convert(readProperty(value, key), key, walk);
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
