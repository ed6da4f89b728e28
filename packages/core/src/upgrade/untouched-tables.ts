import { closeSync, openSync, readSync } from 'node:fs';
import type { Database } from '../file/index.ts';

/** The bytes of a database, or the file that has them. */
export type PagesOf = string | Buffer;

/**
 * The tables of an upgraded copy whose rows lie in the same pages as in the original, byte for byte: SQLite says which
 * pages are whose. Of such a table no cell can be another, if its rows mean what they meant. `before` is what it was called.
 */
export function untouchedTables(
  copy: Database,
  original: Database,
  { pages, path }: { readonly pages: PagesOf; readonly path: string },
): { has(table: string, before?: string): boolean } {
  const [rootsNow, roots] = [copy, original].map(rootsOf);
  const pageSize = copy.prepare<[], number>('SELECT page_size FROM pragma_page_size').pluck().get() ?? 0;
  const changed = changedPages(pages, path, pageSize);
  const sql = 'SELECT DISTINCT name FROM dbstat WHERE pageno IN (SELECT value FROM json_each(?))';
  const touched = new Set(copy.prepare<[string], string>(sql).pluck().all(JSON.stringify(changed)));
  return {
    has: (table, before = table) => {
      const root = roots?.get(before);
      return root !== undefined && root === rootsNow?.get(table) && !touched.has(table);
    },
  };
}

function rootsOf(sqlite: Database): Map<string, number> {
  const sql = `SELECT name, rootpage FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0`;
  return new Map(sqlite.prepare<[], [string, number]>(sql).raw().all());
}

/** A page is no larger. */
const chunkBytes = 64 * 1024;

/** The numbers of the pages of a file that are not the same in another. */
function changedPages(pagesOf: PagesOf, other: string, pageSize: number): number[] {
  const [one, two] = [typeof pagesOf === 'string' ? openSync(pagesOf, 'r') : pagesOf, openSync(other, 'r')];
  const [mine, theirs] = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)];
  const pages: number[] = [];
  try {
    for (let start = 0; ; start += chunkBytes) {
      const length = readAt(one, mine, start);
      if (length === 0) return pages;
      const otherLength = readAt(two, theirs, start);
      for (let at = 0; at < length; at += pageSize) {
        const end = at + pageSize;
        const isSame = end <= otherLength && mine.compare(theirs, at, end, at, end) === 0;
        if (!isSame) pages.push((start + at) / pageSize + 1);
      }
    }
  } finally {
    if (typeof one === 'number') closeSync(one);
    closeSync(two);
  }
}

function readAt(from: number | Buffer, into: Buffer, start: number): number {
  if (typeof from === 'number') return readSync(from, into, 0, chunkBytes, start);
  return start < from.length ? from.copy(into, 0, start, start + chunkBytes) : 0;
}
