import type { SchemaObject } from '../replay/index.ts';
import { nameKey } from '../sql/index.ts';

export interface SchemaDifference {
  readonly changed: readonly { readonly from: SchemaObject; readonly to: SchemaObject }[];
  readonly created: readonly SchemaObject[];
  readonly dropped: readonly SchemaObject[];
}

export interface TableRename {
  readonly from: string;
  readonly to: string;
}

const keys = new WeakMap<SchemaObject, string>();

function keyOf(object: SchemaObject): string {
  const key = keys.get(object) ?? `${object.type} ${nameKey(object.name)}`;
  keys.set(object, key);
  return key;
}

/** What a statement did to the schema. */
export function schemaDifference(
  before: readonly SchemaObject[],
  after: readonly SchemaObject[],
  renamed?: TableRename,
): SchemaDifference {
  if (before === after) return { changed: [], created: [], dropped: [] };
  const [newKey, oldKey] = [renamed?.to, renamed?.from].map((name) => `table ${nameKey(name ?? '')}`);
  const isTold = (object: SchemaObject) => renamed !== undefined && keyOf(object) === newKey;
  const [oldObjects, newObjects] = withoutCommon(before, after, (object) => !isTold(object));
  const [was, now] = [new Set(oldObjects), new Set(newObjects)];
  const old = new Map(
    oldObjects
      .filter((object) => !now.has(object) || isTold(object))
      .map((object) => [keyOf(object), object]),
  );
  const changed: { from: SchemaObject; to: SchemaObject }[] = [];
  const created: SchemaObject[] = [];
  for (const object of newObjects) {
    if (was.has(object) && !isTold(object)) continue;
    const key = keyOf(object) === newKey ? (oldKey ?? '') : keyOf(object);
    const from = old.get(key);
    old.delete(key);
    if (!from) created.push(object);
    else if (from.sql !== object.sql || from.table !== object.table || from.name !== object.name)
      changed.push({ from, to: object });
  }
  return { changed, created, dropped: [...old.values()] };
}

/** Two lists from the first place where they differ to the last: most objects of a schema are the same ones in both. */
function withoutCommon<T>(
  before: readonly T[],
  after: readonly T[],
  mayGo: (it: T) => boolean,
): readonly [readonly T[], readonly T[]] {
  const isCommon = (at: number, shift = 0) => before[at] === after[at + shift] && mayGo(before[at] as T);
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && isCommon(start)) start++;
  const shift = after.length - before.length;
  let end = before.length;
  while (end > start && end + shift > start && isCommon(end - 1, shift)) end--;
  return [before.slice(start, end), after.slice(start, end + shift)];
}
