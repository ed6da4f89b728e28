import { type Cell, walkCells } from './cells.ts';
import { unlessOdd } from './layout.ts';
import { type Pages, pagesOf, restOf } from './pages.ts';

/** A table, or an index, in the bytes of a file: where its tree begins. */
export interface TreeIn {
  readonly image: Buffer;
  readonly root: number;
}

/** Whether the rows of a table lie in the same pages of two files, byte for byte. False where that is not certain. */
export function isSameTree(one: Buffer, other: Buffer, root: number): boolean {
  const isSame = unlessOdd(() => {
    const [pages, others] = [pagesOf(one), pagesOf(other)];
    if (!areAlike(pages, others)) return false;
    const onPage = (page: number) => isSamePage(pages, others, page);
    const onCell = (cell: Cell) =>
      cell.restPage === 0 || restOf(pages, cell).every(({ page }) => onPage(page));
    return walkCells(pages, root, { onPage, onCell });
  });
  return isSame ?? false;
}

function areAlike(one: Pages, other: Pages): boolean {
  return one.sizeBytes === other.sizeBytes && one.usableBytes === other.usableBytes;
}

function isSamePage({ image, sizeBytes }: Pages, other: Pages, page: number): boolean {
  if (page > other.count) return false;
  const [start, end] = [(page - 1) * sizeBytes, page * sizeBytes];
  return image.compare(other.image, start, end, start, end) === 0;
}

/**
 * Whether two tables hold the same rows under the same keys, byte for byte, in whatever pages they lie. False where that
 * is not certain: the same values may be written in another way.
 */
export function holdSameRows(one: TreeIn, other: TreeIn): boolean {
  const isSame = unlessOdd(() => {
    const [pages, others] = [pagesOf(one.image), pagesOf(other.image)];
    if (!areAlike(pages, others)) return false;
    const [cells, otherCells] = [cellsOf(pages, one.root), cellsOf(others, other.root)];
    if (cells.length !== otherCells.length) return false;
    return cells.every((cell, at) => isSameCell(pages, cell, others, otherCells[at] as Cell));
  });
  return isSame ?? false;
}

function cellsOf(pages: Pages, root: number): Cell[] {
  const cells: Cell[] = [];
  walkCells(pages, root, { onPage: () => true, onCell: (cell) => cells.push(cell) > 0 });
  return cells;
}

function isSameCell(pages: Pages, cell: Cell, others: Pages, other: Cell): boolean {
  if (cell.restBytes !== other.restBytes) return false;
  if (pages.image.compare(others.image, other.start, other.end, cell.start, cell.end) !== 0) return false;
  if (cell.restBytes === 0) return true;
  const rest = restOf(others, other);
  return restOf(pages, cell).every(({ start, end }, at) => {
    const there = rest[at];
    return there && pages.image.compare(others.image, there.start, there.end, start, end) === 0;
  });
}
