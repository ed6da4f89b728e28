import type { Step } from '../lens/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { identifierOf, nameKey, type SqlToken, tokenizeSql } from '../sql/index.ts';

/** The names, by name key, of all that the schema holds on the way. */
export function knownNames(steps: readonly Step[]): ReadonlySet<string> {
  const shapes = new Set(steps.flatMap(({ before, after }) => [before, after]));
  const objects = new Set([...shapes].flatMap((shape) => [...shape.objects, ...shape.tempViews]));
  const temporary = [...shapes].flatMap(({ temp }) => [...temp]);
  return new Set([...[...objects].map(({ name }) => nameKey(name)), ...temporary]);
}

/** Every identifier in tokens, by name key, whatever it names: a string may be one. */
export function identifiersIn(tokens: Iterable<SqlToken>): Set<string> {
  const names = new Set<string>();
  for (const token of tokens) {
    const name = identifierOf(token);
    if (name !== undefined) names.add(nameKey(name));
  }
  return names;
}

const identifiers = new Map<string, ReadonlySet<string>>();

/** `identifiersIn` of an object's text, which most objects share with the shapes before. */
export function identifiersOf({ sql }: SchemaObject): ReadonlySet<string> {
  const known = identifiers.get(sql) ?? identifiersIn(tokenizeSql(sql));
  if (identifiers.size > mostTexts) identifiers.clear();
  identifiers.set(sql, known);
  return known;
}

const mostTexts = 5000;

/** Adds what a statement on these names may reach: through a view, a trigger, or a module that reads another table. */
export function addReached(names: Set<string>, { before, after }: Step, known: ReadonlySet<string>): void {
  const reaching = [before.objects, before.tempViews, after.objects].flatMap(reachingAmong);
  const objects = new Set(reaching);
  for (let size = -1; size !== names.size; ) {
    size = names.size;
    for (const object of objects) {
      if (!isReached(object, names)) continue;
      names.add(nameKey(object.name));
      for (const name of identifiersOf(object)) if (known.has(name)) names.add(name);
      objects.delete(object);
    }
  }
}

const reachingIn = new WeakMap<readonly SchemaObject[], readonly SchemaObject[]>();

/** Those of a schema that have to do with more than themselves. */
function reachingAmong(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const known = reachingIn.get(objects) ?? objects.filter(isReaching);
  reachingIn.set(objects, known);
  return known;
}

function isReaching(object: SchemaObject): boolean {
  return object.type !== 'index' && (object.type !== 'table' || isVirtual(object));
}

function isReached(object: SchemaObject, names: ReadonlySet<string>): boolean {
  return names.has(nameKey(object.table)) || names.has(nameKey(object.name));
}

export function isVirtual({ sql }: SchemaObject): boolean {
  return /^\s*CREATE\s+VIRTUAL\b/i.test(sql);
}
