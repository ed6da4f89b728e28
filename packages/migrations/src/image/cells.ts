import { OddImageError, type Pages, startOf, varintAt, varintSize } from './read-tree.ts';

/** A row as it lies: what of it is in its page, with its length and its rowid, and where the rest of it goes on. */
export interface Cell {
  readonly start: number;
  readonly end: number;
  /** The first page of the rest, and how much that is; none where all of it is in its page. */
  readonly restPage: number;
  readonly restBytes: number;
}

const kinds = { indexInterior: 2, interior: 5, indexLeaf: 10, leaf: 13 };

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
  const isIndex = kind === kinds.indexInterior || kind === kinds.indexLeaf;
  const isLeaf = kind === kinds.indexLeaf || kind === kinds.leaf;
  if (!isIndex && kind !== kinds.interior && kind !== kinds.leaf) throw new OddImageError();
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

function visit({ visited, count }: Pages, page: number): void {
  if (visited.length >= count) throw new OddImageError();
  visited.push(page);
}

function cellAt(
  { image, usableBytes }: Pages,
  start: number,
  { isIndex, pageEnd }: { readonly isIndex: boolean; readonly pageEnd: number },
): Cell {
  const lengthBytes = varintAt(image, start);
  const afterLength = start + varintSize(lengthBytes);
  const payload = isIndex ? afterLength : afterVarint(image, afterLength);
  const most = isIndex ? Math.floor(((usableBytes - 12) * 64) / 255) - 23 : usableBytes - 35;
  const localBytes = lengthBytes <= most ? lengthBytes : localSize(usableBytes, lengthBytes, most);
  const end = payload + localBytes;
  const isWhole = localBytes === lengthBytes;
  if (end + (isWhole ? 0 : 4) > pageEnd) throw new OddImageError();
  const restPage = isWhole ? 0 : image.readUInt32BE(end);
  return { start, end, restPage, restBytes: lengthBytes - localBytes };
}

function localSize(usableBytes: number, lengthBytes: number, most: number): number {
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const wanted = least + ((lengthBytes - least) % (usableBytes - 4));
  return wanted <= most ? wanted : least;
}

/** A rowid may be of any length. */
function afterVarint(image: Buffer, start: number): number {
  for (let at = start; at < start + 8; at++) if ((image[at] ?? 0) < 0x80) return at + 1;
  return start + 9;
}

/** A part of a row that lies in a page of its own. */
export interface CellRest {
  readonly page: number;
  readonly start: number;
  readonly end: number;
}

export function restOf(pages: Pages, { restPage, restBytes }: Cell): CellRest[] {
  const { image, sizeBytes, usableBytes, count } = pages;
  const parts: CellRest[] = [];
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
