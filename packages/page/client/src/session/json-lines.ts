/** A line of a JSON value laid out as a tree. */
export interface JsonLine {
  /** Names the place within the value. */
  readonly path: string;
  readonly depth: number;
  readonly name: string | undefined;
  readonly value: unknown;
  /** How many it holds; undefined for what holds nothing. */
  readonly count: number | undefined;
  readonly isOpen: boolean;
}

/** Longer lists are laid out in parts: nothing that is closed costs anything. */
const partSize = 200;

/** A part of a long list. */
class Part {
  readonly entries: readonly (readonly [string, unknown])[];
  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries;
  }
}

/** The lines that are to be seen, when these places are open. */
export function layOut(value: unknown, open: ReadonlySet<string>): JsonLine[] {
  const lines: JsonLine[] = [];
  addLine(lines, { path: '$', depth: 0, name: undefined, value }, open);
  return lines;
}

function addLine(
  lines: JsonLine[],
  { path, depth, name, value }: Pick<JsonLine, 'path' | 'depth' | 'name' | 'value'>,
  open: ReadonlySet<string>,
): void {
  const entries = entriesOf(value);
  const isOpen = open.has(path);
  lines.push({ path, depth, name, value, count: entries?.length, isOpen });
  if (!isOpen || !entries) return;
  for (const [key, item] of inParts(entries)) {
    addLine(lines, { path: `${path}/${key}`, depth: depth + 1, name: key, value: item }, open);
  }
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (value instanceof Part) return value.entries;
  if (Array.isArray(value)) return value.map((item, at) => [String(at), item] as const);
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}

function inParts(entries: readonly (readonly [string, unknown])[]): readonly (readonly [string, unknown])[] {
  if (entries.length <= partSize) return entries;
  const size = entries.length > partSize * partSize ? partSize * partSize : partSize;
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, at) => {
    const part = entries.slice(at * size, (at + 1) * size);
    return [`${part[0]?.[0]} … ${part.at(-1)?.[0]}`, new Part(part)] as const;
  });
}

export function isPart(value: unknown): boolean {
  return value instanceof Part;
}

/** What is open at first: as much as fits on a screen, from the outside in. */
export function openAtFirst(value: unknown, most = 40): Set<string> {
  const open = new Set<string>();
  let count = 0;
  let level: (readonly [string, unknown])[] = [['$', value]];
  while (level.length > 0) {
    const next: (readonly [string, unknown])[] = [];
    for (const [path, item] of level) {
      const entries = entriesOf(item);
      if (!entries || entries.length === 0) continue;
      const shown = inParts(entries);
      if (count + shown.length > most && path !== '$') continue;
      count += shown.length;
      open.add(path);
      if (shown === entries) next.push(...entries.map(([key, child]) => [`${path}/${key}`, child] as const));
      if (count > most) return open;
    }
    level = next;
  }
  return open;
}
