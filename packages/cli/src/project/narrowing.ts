/** JSON Schema as zod writes it, as far as it is looked at. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What says nothing about values. */
const remarks = new Set([
  '$schema',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
  'id',
  '$id',
]);
/** Looked at by rules of their own. */
const known = new Set(['type', 'enum', 'const', 'required', 'properties', 'items', 'additionalProperties']);
const lowest = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);
const highest = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']);

/**
 * Why a value that fits one schema may not fit another that takes its place; undefined where every value does. In doubt
 * it may not.
 */
export function findNarrowing(was: JsonSchema, is: JsonSchema, path = ''): string | undefined {
  if (isSame(was, is)) return undefined;
  const at = path ? `${path} ` : '';
  const [before, now] = [branchesOf(was), branchesOf(is)];
  if (now) {
    const isTaken = (one: JsonSchema) => now.some((other) => findNarrowing(one, other) === undefined);
    return (before ?? [was]).every(isTaken) ? undefined : `${at}takes less than it did`;
  }
  if (before) return before.map((one) => findNarrowing(one, is, path)).find((it) => it !== undefined);
  const type = narrowedType(was, is);
  if (type) return `${at}is ${type} only`;
  const gone = narrowedValues(was, is);
  if (gone) return `${at}no longer takes ${gone}`;
  const keyword = Object.keys({ ...was, ...is }).find((key) => isNarrowedBy(key, was[key], is[key]));
  if (keyword) return `${at}has another ${keyword}`;
  return narrowedProperty(was, is, path) ?? narrowedItems(was, is, path);
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
/** What a value may be one of. */
function branchesOf({ anyOf, oneOf }: JsonSchema): JsonSchema[] | undefined {
  const branches = anyOf ?? oneOf;
  return Array.isArray(branches) ? branches.filter(isSchema) : undefined;
}

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());

function narrowedType(was: JsonSchema, is: JsonSchema): string | undefined {
  const [before, now] = [listOf(was.type), listOf(is.type)];
  if (now.length === 0) return undefined;
  const isTaken = (type: unknown) => now.includes(type) || (type === 'integer' && now.includes('number'));
  return before.length > 0 && before.every(isTaken) ? undefined : now.join(' or ');
}

function narrowedValues(was: JsonSchema, is: JsonSchema): string | undefined {
  const [before, now] = [was, is].map(({ enum: values, const: value }) => listOf(values ?? value));
  if (!now || now.length === 0) return undefined;
  if (!before || before.length === 0) return `anything but ${now.map((it) => JSON.stringify(it)).join(', ')}`;
  const gone = before.filter((value) => !now.some((it) => isSame(it, value)));
  return gone.length > 0 ? gone.map((value) => JSON.stringify(value)).join(', ') : undefined;
}

/** A keyword that is not looked at by a rule of its own: any change of it may be for the narrower. */
function isNarrowedBy(key: string, was: unknown, is: unknown): boolean {
  if (remarks.has(key) || known.has(key) || is === undefined || isSame(was, is)) return false;
  if (lowest.has(key)) return typeof was !== 'number' || Number(is) > was;
  if (highest.has(key)) return typeof was !== 'number' || Number(is) < was;
  return true;
}

function narrowedProperty(was: JsonSchema, is: JsonSchema, path: string): string | undefined {
  const [before, now] = [was.properties ?? {}, is.properties ?? {}] as Record<string, unknown>[];
  const name = (key: string) => (path ? `${path}.${key}` : key);
  const required = listOf(is.required).find((key) => !listOf(was.required).includes(key));
  if (required !== undefined) return `${name(String(required))} is required`;
  for (const [key, schema] of Object.entries(now ?? {})) {
    const old = before?.[key];
    const narrowing = isSchema(old) && isSchema(schema) ? findNarrowing(old, schema, name(key)) : undefined;
    if (narrowing) return narrowing;
  }
  const others = is.additionalProperties;
  const gone = Object.keys(before ?? {}).find((key) => !(key in (now ?? {})));
  if (others === false && gone !== undefined) return `${name(gone)} is not taken any more`;
  if (others === false && was.additionalProperties !== false) return `${name('*')} is not taken any more`;
  const old = was.additionalProperties;
  return isSchema(others) ? findNarrowing(isSchema(old) ? old : {}, others, name('*')) : undefined;
}

function narrowedItems(was: JsonSchema, is: JsonSchema, path: string): string | undefined {
  const [before, now] = [was.items, is.items];
  return isSchema(now) ? findNarrowing(isSchema(before) ? before : {}, now, `${path}[]`) : undefined;
}
