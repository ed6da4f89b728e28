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
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const [newKey, oldKey] = [renamed?.to, renamed?.from].map((name) => `table ${nameKey(name ?? '')}`);
  const changed: { from: SchemaObject; to: SchemaObject }[] = [];
  const created: SchemaObject[] = [];
  for (const object of after) {
    const key = keyOf(object) === newKey ? (oldKey ?? '') : keyOf(object);
    const was = old.get(key);
    old.delete(key);
    if (!was) created.push(object);
    else if (was.sql !== object.sql || was.table !== object.table || was.name !== object.name)
      changed.push({ from: was, to: object });
  }
  return { changed, created, dropped: [...old.values()] };
}
