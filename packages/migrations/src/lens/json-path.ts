/** The steps of a path as written in a migration: a key, or an index as it stands there. */
export type JsonPath = readonly string[];

const step = /^(?:\.([A-Za-z_][A-Za-z0-9_]*)|(\[(?:\d+|#(?:-\d+)?)\]))/;

/** The path that a text is; undefined for one that is none, or that spells a key in quotes. */
export function jsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const path: string[] = [];
  for (let rest = text.slice(1); rest !== ''; ) {
    const found = step.exec(rest);
    if (!found) return undefined;
    path.push(found[1] ?? found[2] ?? '');
    rest = rest.slice(found[0].length);
  }
  return path;
}

/** What `->` takes for a path besides: the key of an object. */
export function pathOfArrow(text: string): JsonPath | undefined {
  return jsonPath(/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? `$.${text}` : text);
}

/**
 * True when nothing that is done at one path is seen at the other: at the first step where they part, both name a key.
 * Of indexes it is not known whether they are the same element, and an element that goes moves those behind it.
 */
export function areApart(one: JsonPath, other: JsonPath): boolean {
  const at = one.findIndex((it, place) => it !== other[place]);
  const [a, b] = [one[at], other[at]];
  return a !== undefined && b !== undefined && !a.startsWith('[') && !b.startsWith('[');
}
