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
  // Most objects are the same ones before and after.
  const isTold = (object: SchemaObject) => renamed !== undefined && keyOf(object) === newKey;
  const [was, now] = [new Set(before), new Set(after)];
  const old = new Map(
    before.filter((object) => !now.has(object) || isTold(object)).map((object) => [keyOf(object), object]),
  );
  const changed: { from: SchemaObject; to: SchemaObject }[] = [];
  const created: SchemaObject[] = [];
  for (const object of after) {
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
