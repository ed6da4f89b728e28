import type { Pages } from './pages.ts';

interface Known<T> {
  readonly sizeBytes: number;
  readonly usableBytes: number;
  readonly visited: readonly number[];
  readonly bytes: readonly Buffer[];
  readonly value: T;
}

/**
 * What was read of some pages of a file, for other files that have the same bytes in them: of files that one program wrote
 * most have, and to compare bytes is quicker than to read them.
 */
export class PageMemory<T> {
  readonly #known: Known<T>[] = [];

  /** What was read of the same pages; else it is read, and remembered. `root` is the first page that is read. */
  recall(pages: Pages, root: number, read: () => T): T {
    const at = this.#known.findIndex((it) => it.visited[0] === root && isSame(pages, it));
    const [known = remember(pages, read)] = at === -1 ? [] : this.#known.splice(at, 1);
    if (pages.sizeBytes * known.visited.length <= mostBytes) this.#known.unshift(known);
    if (this.#known.length > mostKnown) this.#known.pop();
    return known.value;
  }
}

/** Those of some versions, before and after. */
const mostKnown = 16;
/** Of each. */
const mostBytes = 512 * 1024;

function remember<T>(pages: Pages, read: () => T): Known<T> {
  const value = read();
  const { sizeBytes, usableBytes, visited } = pages;
  const bytes = visited.map((page) => Buffer.from(bytesOf(pages, page)));
  return { sizeBytes, usableBytes, visited, bytes, value };
}

function isSame(pages: Pages, { sizeBytes, usableBytes, visited, bytes }: Known<unknown>): boolean {
  if (pages.sizeBytes !== sizeBytes || pages.usableBytes !== usableBytes) return false;
  return visited.every((page, at) => bytes[at]?.equals(bytesOf(pages, page)));
}

/** The header of the file is none of a tree's business. */
function bytesOf({ image, sizeBytes }: Pages, page: number): Buffer {
  return image.subarray((page - 1) * sizeBytes + (page === 1 ? 100 : 0), page * sizeBytes);
}
