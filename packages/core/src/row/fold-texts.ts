import { type JsonValue, type MessagePart, toJson } from '@varve/schema';

type Path = readonly (string | number)[];

/** Shorter texts are not worth a place. */
const longText = 32;

/**
 * A value without its long texts that stand in the parts of a message already: what `unfoldTexts` makes whole again. What
 * has keys of ours comes back as a text.
 */
export function foldTexts(value: unknown, parts: readonly MessagePart[]): JsonValue {
  const plain = toJson(value);
  if (isForeign(value)) return JSON.stringify(plain);
  const texts = new Map<string, Path>();
  findTexts(parts, [], texts);
  return fold(plain, texts);
}

export function unfoldTexts(folded: JsonValue, parts: readonly MessagePart[]): unknown {
  return typeof folded === 'string' ? JSON.parse(folded) : unfold(folded, parts);
}

function isForeign(value: unknown): boolean {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return hasOurKeys(value);
}

function hasOurKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return '$part' in value || '$bytes' in value || Object.values(value).some(hasOurKeys);
}

function findTexts(value: unknown, path: Path, texts: Map<string, Path>): void {
  if (typeof value === 'string') {
    if (value.length >= longText && !texts.has(value)) texts.set(value, path);
  } else if (Array.isArray(value)) {
    for (const [at, inner] of value.entries()) findTexts(inner, [...path, at], texts);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) findTexts(inner, [...path, key], texts);
  }
}

function fold(value: JsonValue, texts: ReadonlyMap<string, Path>): JsonValue {
  if (typeof value === 'string') {
    const path = texts.get(value);
    return path ? { $part: [...path] } : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => fold(inner, texts));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fold(inner, texts)]));
}

function unfold(value: JsonValue, parts: readonly MessagePart[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => unfold(inner, parts));
  if (Array.isArray(value.$part)) return at(parts, value.$part as Path);
  if (typeof value.$bytes === 'string') return new Uint8Array(Buffer.from(value.$bytes, 'base64'));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unfold(inner, parts)]));
}

function at(value: unknown, path: Path): unknown {
  return path.reduce(
    (inner: unknown, key) => (inner as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}
