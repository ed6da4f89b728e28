export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Most texts are none, and an exception costs more than to look at how they begin. */
const mayBeJson = /^\s*(?:[[{"\d-]|true|false|null)/;

/** What a model or a tool put into a text as JSON. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !mayBeJson.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
