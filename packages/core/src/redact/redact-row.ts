import type { Redact } from './redact.ts';

/** No JSON is deeper: the row is refused for that, or for a value that refers to itself. */
const deepest = 1_100;

type Row = Readonly<Record<string, unknown>>;

/** The row as it may be stored. What `redact` throws is thrown on: nothing may be stored then. */
export function redactRow(redact: Redact, tableName: string, row: Row): Row {
  return redactEntries(redact, [tableName], row);
}

function redactValue(redact: Redact, path: (string | number)[], value: unknown): unknown {
  const left = redact([...path], value);
  if (left !== value || typeof left !== 'object' || left === null || path.length > deepest) return left;
  if (Array.isArray(left)) return redactItems(redact, path, left);
  return isPlainObject(left) ? redactEntries(redact, path, left) : left;
}

function redactItems(redact: Redact, path: (string | number)[], items: readonly unknown[]): unknown {
  let changed: unknown[] | undefined;
  for (const [at, item] of items.entries()) {
    path.push(at);
    const left = redactValue(redact, path, item);
    path.pop();
    if (left === item) continue;
    changed ??= [...items];
    changed[at] = left;
  }
  return changed ?? items;
}

/** The same object where nothing was taken out of it. */
function redactEntries(redact: Redact, path: (string | number)[], entries: Row): Row {
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(entries)) {
    path.push(key);
    const left = redactValue(redact, path, entries[key]);
    path.pop();
    if (left === entries[key]) continue;
    changed ??= Object.defineProperties({}, Object.getOwnPropertyDescriptors(entries));
    Object.defineProperty(changed, key, {
      value: left,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return changed ?? entries;
}

function isPlainObject(value: object): value is Row {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
