/** Something found at a path, by the `order` in which it was asked for. */
export interface Placed {
  readonly path: string;
}

/** Files in the order of their paths, of which none comes before `from`. */
export interface SortedSource<T extends Placed> {
  readonly from: string;
  readonly files: Iterable<T>;
}

interface Cursor<T> {
  path: string;
  readonly order: number;
  head: T | undefined;
  readonly start: () => Iterator<T>;
  rest: Iterator<T> | undefined;
}

/**
 * Merges sources into one order of paths. A source is begun when its turn comes, and let go of when it ends. A path that
 * several have is given once, as the last of them has it.
 */
export function* mergeSorted<T extends Placed>(sources: readonly SortedSource<T>[]): Generator<T> {
  const cursors = sources.map(({ from, files }, order): Cursor<T> => {
    return { path: from, order, head: undefined, start: () => files[Symbol.iterator](), rest: undefined };
  });
  cursors.sort(compare);
  let last: T | undefined;
  let first: Cursor<T> | undefined;
  try {
    for (first = cursors.shift(); first; first = cursors.shift()) {
      const { head } = first;
      if (head && last && last.path !== head.path) yield last;
      if (head) last = head;
      first.rest ??= first.start();
      const { done, value } = first.rest.next();
      if (!done) place(cursors, Object.assign(first, { path: value.path, head: value }));
    }
    if (last) yield last;
  } finally {
    for (const cursor of [first, ...cursors]) cursor?.rest?.return?.();
  }
}

function compare<T>(a: Cursor<T>, b: Cursor<T>): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  // What is not begun yet may have this very path.
  return Number(a.head !== undefined) - Number(b.head !== undefined) || a.order - b.order;
}

function place<T>(cursors: Cursor<T>[], cursor: Cursor<T>): void {
  let [low, high] = [0, cursors.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(cursors[middle] as Cursor<T>, cursor) < 0) low = middle + 1;
    else high = middle;
  }
  cursors.splice(low, 0, cursor);
}
