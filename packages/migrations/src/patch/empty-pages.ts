import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { CreatedRow } from './patch.ts';

type PageKind = NonNullable<CreatedRow['page']>;

/** Where the fields lie: https://www.sqlite.org/fileformat.html#the_database_header */
const header = {
  pageSize: 16,
  reserved: 20,
  changeCounter: 24,
  pageCount: 28,
  largestRoot: 52,
  versionValidFor: 92,
};
const headerBytes = 100;

/** What is written into a file to give it more pages, and where. */
interface Growth {
  readonly numbers: readonly number[];
  readonly start: Buffer;
  readonly pages: Buffer;
}

/**
 * Adds pages that hold nothing yet to the end of a database file that nobody else has open, and no transaction of ours.
 * Returns their numbers; undefined for a file that keeps account of its pages elsewhere too.
 */
export function addEmptyPages(path: string, kinds: readonly PageKind[]): readonly number[] | undefined {
  const file = openSync(path, 'r+');
  try {
    const start = Buffer.alloc(headerBytes);
    readSync(file, start, 0, headerBytes, 0);
    const { size } = fstatSync(file);
    const growth = grow(start, size, kinds);
    if (!growth) return undefined;
    writeSync(file, growth.pages, 0, undefined, size);
    writeSync(file, growth.start, 0, headerBytes, 0);
    return growth.numbers;
  } finally {
    closeSync(file);
  }
}

/** `addEmptyPages` to the bytes of a file: in the memory that is theirs alone, where it has room behind them. */
export function growImage(
  image: Buffer,
  kinds: readonly PageKind[],
): { readonly image: Buffer; readonly numbers: readonly number[] } | undefined {
  const growth = grow(image.subarray(0, headerBytes), image.length, kinds);
  if (!growth) return undefined;
  const { start, pages, numbers } = growth;
  const sizeBytes = image.length + pages.length;
  const hasRoom = image.byteOffset + sizeBytes <= image.buffer.byteLength;
  const grown = hasRoom
    ? Buffer.from(image.buffer, image.byteOffset, sizeBytes)
    : Buffer.concat([image, pages], sizeBytes);
  pages.copy(grown, image.length);
  start.copy(grown);
  return { image: grown, numbers };
}

function grow(before: Buffer, sizeBytes: number, kinds: readonly PageKind[]): Growth | undefined {
  const start = Buffer.from(before);
  const pageBytes = pageSizeOf(start);
  const count = sizeBytes / pageBytes;
  const isCounted =
    start.readUInt32BE(header.pageCount) === count && count + kinds.length < lockPage(pageBytes);
  if (start.readUInt32BE(header.largestRoot) !== 0 || !isCounted) return undefined;
  const pages = Buffer.concat(kinds.map((kind) => emptyPage(kind, pageBytes, start[header.reserved] ?? 0)));
  countPages(start, count + kinds.length);
  return { numbers: kinds.map((_, at) => count + 1 + at), start, pages };
}

function pageSizeOf(start: Buffer): number {
  const size = start.readUInt16BE(header.pageSize);
  return size === 1 ? 65_536 : size;
}

/** The page that holds the byte at 1 GiB is never used. */
function lockPage(sizeBytes: number): number {
  return Math.floor(2 ** 30 / sizeBytes);
}

/** A connection that has read the file sees by the counter that it must read again. */
function countPages(start: Buffer, count: number): void {
  const counter = (start.readUInt32BE(header.changeCounter) + 1) >>> 0;
  start.writeUInt32BE(counter, header.changeCounter);
  start.writeUInt32BE(counter, header.versionValidFor);
  start.writeUInt32BE(count, header.pageCount);
}

/** A leaf without cells: https://www.sqlite.org/fileformat.html#b_tree_pages */
function emptyPage(kind: PageKind, sizeBytes: number, reservedBytes: number): Buffer {
  const page = Buffer.alloc(sizeBytes);
  page[0] = kind === 'table' ? 13 : 10;
  page.writeUInt16BE((sizeBytes - reservedBytes) & 0xffff, 5);
  return page;
}
