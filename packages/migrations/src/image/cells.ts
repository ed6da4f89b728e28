import {
  localSize,
  mostInLeaf,
  OddImageError,
  type Pages,
  pageKinds,
  startOf,
  varintAt,
  varintSize,
  visit,
} from './pages.ts';

/** A row as it lies: what of it is in its page, with its length and its rowid, and where the rest of it goes on. */
export interface Cell {
  readonly start: number;
  readonly end: number;
  /** The first page of the rest, and how much that is; none where all of it is in its page. */
  readonly restPage: number;
  readonly restBytes: number;
}

/**
 * Calls `onPage` with each page of the tree of a table, or of an index, and `onCell` with each row, in the order of their
 * keys. False as soon as `onPage` says so. https://www.sqlite.org/fileformat.html#b_tree_pages
 *
 * @throws OddImageError, RangeError where the bytes are not such a tree
 */
export function walkCells(
  pages: Pages,
  root: number,
  { onPage, onCell }: { onPage(page: number): boolean; onCell(cell: Cell): boolean },
): boolean {
  const { image, sizeBytes } = pages;
  const start = startOf(pages, root);
  visit(pages, root);
  if (!onPage(root)) return false;
  const kind = image[start] ?? 0;
  const isIndex = kind === pageKinds.indexInterior || kind === pageKinds.indexLeaf;
  const isLeaf = kind === pageKinds.indexLeaf || kind === pageKinds.leaf;
  if (!isIndex && kind !== pageKinds.interior && kind !== pageKinds.leaf) throw new OddImageError();
  const base = (root - 1) * sizeBytes;
  const count = image.readUInt16BE(start + 3);
  const places = start + (isLeaf ? 8 : 12);
  for (let at = 0; at < count; at++) {
    const cell = base + image.readUInt16BE(places + 2 * at);
    if (!isLeaf && !walkCells(pages, image.readUInt32BE(cell), { onPage, onCell })) return false;
    const own = isLeaf ? cell : cell + 4;
    if ((isLeaf || isIndex) && !onCell(cellAt(pages, own, { isIndex, pageEnd: base + sizeBytes })))
      return false;
  }
  return isLeaf || walkCells(pages, image.readUInt32BE(start + 8), { onPage, onCell });
}

function cellAt(
  pages: Pages,
  start: number,
  { isIndex, pageEnd }: { readonly isIndex: boolean; readonly pageEnd: number },
): Cell {
  const { image, usableBytes } = pages;
  const lengthBytes = varintAt(image, start);
  const afterLength = start + varintSize(lengthBytes);
  const payload = isIndex ? afterLength : afterVarint(image, afterLength);
  const most = isIndex ? Math.floor(((usableBytes - 12) * 64) / 255) - 23 : mostInLeaf(pages);
  const localBytes = localSize(usableBytes, lengthBytes, most);
  const end = payload + localBytes;
  const isWhole = localBytes === lengthBytes;
  if (end + (isWhole ? 0 : 4) > pageEnd) throw new OddImageError();
  const restPage = isWhole ? 0 : image.readUInt32BE(end);
  return { start, end, restPage, restBytes: lengthBytes - localBytes };
}

/** A rowid may be of any length. */
function afterVarint(image: Buffer, start: number): number {
  for (let at = start; at < start + 8; at++) if ((image[at] ?? 0) < 0x80) return at + 1;
  return start + 9;
}
