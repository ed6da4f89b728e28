/** A row of a table as it lies in the file: https://www.sqlite.org/fileformat.html#record_format */
export interface RawRow {
  readonly rowid: number;
  /** Where its record lies: in the bytes of the file, or, of a long row, in bytes gathered of it. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** What is asked of a database file's bytes is odd: SQLite is to be asked. */
export class OddImageError extends Error {}

export const pageKinds = { interior: 5, leaf: 13, indexLeaf: 10 } as const;

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

/**
 * Calls `read` with each row of a table, in the order of their rowids, without SQLite; no more pages are read than there
 * are.
 *
 * @throws OddImageError, RangeError where the bytes are not such a tree
 */
export function readTree(pages: Pages, root: number, read: (row: RawRow) => void): void {
  const { image, sizeBytes } = pages;
  visit(pages, root);
  const start = startOf(pages, root);
  const base = (root - 1) * sizeBytes;
  const kind = image[start];
  const cells = image.readUInt16BE(start + 3);
  if (kind === pageKinds.leaf) {
    for (let at = 0; at < cells; at++)
      read(readCell(pages, base + image.readUInt16BE(start + 8 + 2 * at), base + sizeBytes));
    return;
  }
  if (kind !== pageKinds.interior) throw new OddImageError();
  for (let at = 0; at < cells; at++) {
    const cell = base + image.readUInt16BE(start + 12 + 2 * at);
    readTree(pages, numberAt(image, cell, base + sizeBytes), read);
  }
  readTree(pages, image.readUInt32BE(start + 8), read);
}

/** Of a page. What lies beyond what was visited is not to be read. */
function numberAt(image: Buffer, at: number, pageEnd: number): number {
  if (at + 4 > pageEnd) throw new OddImageError();
  return image.readUInt32BE(at);
}

function visit({ visited, count }: Pages, page: number): void {
  if (visited.length >= count) throw new OddImageError();
  visited.push(page);
}

function readCell(pages: Pages, cell: number, pageEnd: number): RawRow {
  const { image } = pages;
  const lengthBytes = varintAt(image, cell);
  const afterLength = cell + varintSize(lengthBytes);
  const rowid = varintAt(image, afterLength);
  const start = afterLength + varintSize(rowid);
  const localBytes = localSize(pages, lengthBytes);
  if (start + localBytes > pageEnd) throw new OddImageError();
  if (localBytes === lengthBytes) return { rowid, bytes: image, start, end: start + lengthBytes };
  const bytes = gather(pages, { start, localBytes, lengthBytes, pageEnd });
  return { rowid, bytes, start: 0, end: lengthBytes };
}

/** How much of a row lies in the leaf itself. */
function localSize({ usableBytes }: Pages, lengthBytes: number): number {
  const most = usableBytes - 35;
  if (lengthBytes <= most) return lengthBytes;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const wanted = least + ((lengthBytes - least) % (usableBytes - 4));
  return wanted <= most ? wanted : least;
}

interface LongRow {
  readonly start: number;
  readonly localBytes: number;
  readonly lengthBytes: number;
  readonly pageEnd: number;
}

function gather(pages: Pages, { start, localBytes, lengthBytes, pageEnd }: LongRow): Buffer {
  const { image, sizeBytes, usableBytes, count } = pages;
  const parts = [image.subarray(start, start + localBytes)];
  let next = numberAt(image, start + localBytes, pageEnd);
  for (let left = lengthBytes - localBytes; left > 0; left -= usableBytes - 4) {
    if (next < 2 || next > count) throw new OddImageError();
    visit(pages, next);
    const page = (next - 1) * sizeBytes;
    parts.push(image.subarray(page + 4, page + 4 + Math.min(left, usableBytes - 4)));
    next = image.readUInt32BE(page);
  }
  return Buffer.concat(parts, lengthBytes);
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
