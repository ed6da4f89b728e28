import {
  localSize,
  mostInLeaf,
  numberAt,
  OddImageError,
  type Pages,
  pageKinds,
  restOf,
  startOf,
  varintAt,
  varintSize,
  visit,
} from './pages.ts';

/** A row of a table as it lies in the file: https://www.sqlite.org/fileformat.html#record_format */
export interface RawRow {
  readonly rowid: number;
  /** Where its record lies: in the bytes of the file, or, of a long row, in bytes gathered of it. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
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

function readCell(pages: Pages, cell: number, pageEnd: number): RawRow {
  const { image } = pages;
  const lengthBytes = varintAt(image, cell);
  const afterLength = cell + varintSize(lengthBytes);
  const rowid = varintAt(image, afterLength);
  const start = afterLength + varintSize(rowid);
  const localBytes = localSize(pages.usableBytes, lengthBytes, mostInLeaf(pages));
  if (start + localBytes > pageEnd) throw new OddImageError();
  if (localBytes === lengthBytes) return { rowid, bytes: image, start, end: start + lengthBytes };
  const bytes = gather(pages, { start, localBytes, lengthBytes, pageEnd });
  return { rowid, bytes, start: 0, end: lengthBytes };
}

interface LongRow {
  readonly start: number;
  readonly localBytes: number;
  readonly lengthBytes: number;
  readonly pageEnd: number;
}

function gather(pages: Pages, { start, localBytes, lengthBytes, pageEnd }: LongRow): Buffer {
  const { image } = pages;
  const restPage = numberAt(image, start + localBytes, pageEnd);
  const rest = restOf(pages, { restPage, restBytes: lengthBytes - localBytes });
  const parts = rest.map((part) => image.subarray(part.start, part.end));
  return Buffer.concat([image.subarray(start, start + localBytes), ...parts], lengthBytes);
}
