export type Attributes = Readonly<Record<string, unknown>>;

/** Attributes hold structure as JSON; what is none is a text. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** An object as it is, and nothing of what is none. */
export function objectOf(value: unknown): Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Attributes) : {};
}
