import type { Shape, Step } from '../lens/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { identifierOf, nameKey, type SqlToken, tokenizeSql } from '../sql/index.ts';

/** The names, by name key, of all that the schema holds on the way. */
export function knownNames(steps: readonly Step[]): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<Shape>();
  for (const shape of steps.flatMap(({ before, after }) => [before, after])) {
    if (seen.has(shape)) continue;
    seen.add(shape);
    for (const { name } of [...shape.objects, ...shape.tempViews]) names.add(nameKey(name));
    for (const name of shape.temp) names.add(name);
  }
  return names;
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
  const objects = new Set([...before.objects, ...before.tempViews, ...after.objects]);
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

function isReached(object: SchemaObject, names: ReadonlySet<string>): boolean {
  if (object.type === 'index' || (object.type === 'table' && !isVirtual(object))) return false;
  return names.has(nameKey(object.table)) || names.has(nameKey(object.name));
}

function isVirtual({ sql }: SchemaObject): boolean {
  return /^\s*CREATE\s+VIRTUAL\b/i.test(sql);
}
