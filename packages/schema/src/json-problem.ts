/** What keeps a value from being kept as JSON, and where in it. */
export interface JsonProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** SQLite's JSON functions go no deeper: https://www.sqlite.org/limits.html, SQLITE_MAX_JSON_DEPTH. */
export const maxJsonDepth = 1000;

const shownPath = 8;

/**
 * Finds the first value that JSON cannot hold as it is. A property that is undefined counts unless `isUndefinedLeftOut`:
 * JSON leaves it out, which is what it means where a schema says that it may be missing.
 */
export function findJsonProblem(value: unknown, isUndefinedLeftOut = false): JsonProblem | undefined {
  const path: PropertyKey[] = [];
  const reason = findIn(value, path, isUndefinedLeftOut);
  return reason === undefined ? undefined : { path: path.slice(0, shownPath), message: reason };
}

/** Leaves the path of what it finds in `path`. */
function findIn(value: unknown, path: PropertyKey[], isUndefinedLeftOut: boolean): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'is not a finite number';
  if (typeof value !== 'object') return `is ${nameOf(value)}, which JSON cannot hold`;
  if (path.length >= maxJsonDepth) return `is nested more than ${maxJsonDepth} deep, or refers to itself`;
  if (Array.isArray(value)) return findInArray(value, path, isUndefinedLeftOut);
  if (!isPlainObject(value)) return `is ${nameOf(value)}, which JSON cannot hold`;
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key];
    if (inner === undefined && isUndefinedLeftOut) continue;
    path.push(key);
    const reason = findIn(inner, path, isUndefinedLeftOut);
    if (reason !== undefined) return reason;
    path.pop();
  }
  return undefined;
}

function findInArray(
  values: readonly unknown[],
  path: PropertyKey[],
  isUndefinedLeftOut: boolean,
): string | undefined {
  for (let at = 0; at < values.length; at++) {
    path.push(at);
    const reason = findIn(values[at], path, isUndefinedLeftOut);
    if (reason !== undefined) return reason;
    path.pop();
  }
  return undefined;
}

/** An object literal, what JSON.parse makes, or an object without a prototype, of whatever realm. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? `of class ${name}` : 'an object of a class';
}

/** The first key that a schema took out of what it was given: where, and that it did. */
export function findDroppedKey(
  given: unknown,
  kept: unknown,
  path: readonly PropertyKey[] = [],
): JsonProblem | undefined {
  if (given === kept || typeof given !== 'object' || typeof kept !== 'object' || !given || !kept)
    return undefined;
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const inner = [...path, Array.isArray(given) ? Number(key) : key];
    if (!Object.hasOwn(kept, key))
      return { path: inner, message: 'is not in the schema, which would drop it' };
    const problem = findDroppedKey(value, (kept as Record<string, unknown>)[key], inner);
    if (problem) return problem;
  }
  return undefined;
}
