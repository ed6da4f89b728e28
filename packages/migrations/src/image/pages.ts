/** What is asked of a database file's bytes is odd: SQLite is to be asked. */
export class OddImageError extends Error {}

/** https://www.sqlite.org/fileformat.html#b_tree_pages */
export const pageKinds = { indexInterior: 2, interior: 5, indexLeaf: 10, leaf: 13 } as const;

/** The pages of a file. */
export interface Pages {
  readonly image: Buffer;
  readonly sizeBytes: number;
  /** What of a page SQLite uses. */
  readonly usableBytes: number;
  readonly count: number;
  /** The numbers of those that were read, no more than there are: in a circle of pages there is no end. */
  readonly visited: number[];
}

export function pagesOf(image: Buffer): Pages {
  const size = image.readUInt16BE(16);
  const sizeBytes = size === 1 ? 65_536 : size;
  const usableBytes = sizeBytes - (image[20] ?? 0);
  const count = image.length / sizeBytes;
  if (sizeBytes < 512 || usableBytes < 480 || !Number.isInteger(count)) throw new OddImageError();
  return { image, sizeBytes, usableBytes, count, visited: [] };
}

/** Where a page's own header lies. */
export function startOf({ sizeBytes, count }: Pages, page: number): number {
  if (!(page >= 1 && page <= count)) throw new OddImageError();
  return (page - 1) * sizeBytes + (page === 1 ? 100 : 0);
}

/** Counts a page that is about to be read. */
export function visit({ visited, count }: Pages, page: number): void {
  if (visited.length >= count) throw new OddImageError();
  visited.push(page);
}

/** Of a page. What lies beyond what was visited is not to be read. */
export function numberAt(image: Buffer, at: number, pageEnd: number): number {
  if (at + 4 > pageEnd) throw new OddImageError();
  return image.readUInt32BE(at);
}

/** How much of a row lies in its page itself: all, up to `most` bytes. */
export function localSize(usableBytes: number, lengthBytes: number, most: number): number {
  if (lengthBytes <= most) return lengthBytes;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const wanted = least + ((lengthBytes - least) % (usableBytes - 4));
  return wanted <= most ? wanted : least;
}

/** How much of a row lies in a leaf of a table, at most. */
export function mostInLeaf({ usableBytes }: Pages): number {
  return usableBytes - 35;
}

/** A part of a row that lies in a page of its own. */
interface RestPart {
  readonly page: number;
  readonly start: number;
  readonly end: number;
}

export function restOf(
  pages: Pages,
  { restPage, restBytes }: { readonly restPage: number; readonly restBytes: number },
): RestPart[] {
  const { image, sizeBytes, usableBytes, count } = pages;
  const parts: RestPart[] = [];
  let page = restPage;
  for (let left = restBytes; left > 0; left -= usableBytes - 4) {
    if (page < 2 || page > count) throw new OddImageError();
    visit(pages, page);
    const base = (page - 1) * sizeBytes;
    parts.push({ page, start: base + 4, end: base + 4 + Math.min(left, usableBytes - 4) });
    page = image.readUInt32BE(base);
  }
  return parts;
}

/** Numbers that need more than four bytes are odd, and so are those that are written longer than they need be. */
export function varintAt(bytes: Buffer, at: number): number {
  let value = 0;
  for (let place = at; place < at + 4; place++) {
    const byte = bytes[place];
    if (byte === undefined || (byte === 0x80 && place === at)) throw new OddImageError();
    value = (value << 7) | (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  throw new OddImageError();
}

/** How many bytes `varintAt` read. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x200000 ? 3 : 4;
}

/** Returns where it ends. */
export function writeVarint(bytes: Buffer, at: number, value: number): number {
  const size = varintSize(value);
  for (let place = 0; place < size; place++) {
    const isLast = place === size - 1;
    bytes[at + place] = ((value >> (7 * (size - 1 - place))) & 0x7f) | (isLast ? 0 : 0x80);
  }
  return at + size;
}
