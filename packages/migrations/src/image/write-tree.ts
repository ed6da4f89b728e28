import { localSize, mostInLeaf, type Pages, pageKinds, varintSize, writeVarint } from './pages.ts';

/** A row that is to be written, its record as it will lie. */
export interface RowToWrite {
  readonly rowid: number;
  readonly record: Buffer;
}

/** How the rows of a table are spread over pages. */
export interface TreePlan {
  /** Each leaf's. */
  readonly leaves: readonly (readonly RowToWrite[])[];
  /** The first page of the file is the only leaf. It has less room than another: one may not fit that is the only one. */
  readonly isLow: boolean;
  /** How many pages it takes beside the first one of the file. */
  readonly pagesNeeded: number;
}

const fileHeaderBytes = 100;
const leafHeaderBytes = 8;
const interiorHeaderBytes = 12;
const pointerBytes = 2;
/** Of a cell that leads to a leaf: its number, and a rowid that `readTree` reads. */
const mostInteriorCellBytes = 4 + 4;

/** Plans the tree whose root is the first page of a file; undefined for one that would be higher than two pages. */
export function planTree(pages: Pages, rows: readonly RowToWrite[]): TreePlan | undefined {
  const { usableBytes } = pages;
  const rest = rows.reduce((sum, row) => sum + restPages(pages, row), 0);
  const roomInFirst = usableBytes - fileHeaderBytes;
  const [only = [], ...more] = spread(pages, rows, roomInFirst - leafHeaderBytes);
  if (more.length === 0) return { leaves: [only], isLow: true, pagesNeeded: rest };
  const leaves = spread(pages, rows, usableBytes - leafHeaderBytes);
  const cellsBytes = (leaves.length - 1) * (pointerBytes + mostInteriorCellBytes);
  if (cellsBytes > roomInFirst - interiorHeaderBytes) return undefined;
  return { leaves, isLow: false, pagesNeeded: rest + leaves.length };
}

function spread(pages: Pages, rows: readonly RowToWrite[], roomBytes: number): RowToWrite[][] {
  const leaves: RowToWrite[][] = [[]];
  let leftBytes = roomBytes;
  for (const row of rows) {
    const bytes = pointerBytes + cellBytes(pages, row);
    if (bytes > leftBytes) {
      leaves.push([]);
      leftBytes = roomBytes;
    }
    leftBytes -= bytes;
    leaves.at(-1)?.push(row);
  }
  return leaves;
}

function localBytesOf(pages: Pages, { record }: RowToWrite): number {
  return localSize(pages.usableBytes, record.length, mostInLeaf(pages));
}

function cellBytes(pages: Pages, row: RowToWrite): number {
  const local = localBytesOf(pages, row);
  const headBytes = varintSize(row.record.length) + varintSize(row.rowid);
  return Math.max(4, headBytes + local + (local < row.record.length ? 4 : 0));
}

function restPages(pages: Pages, row: RowToWrite): number {
  return Math.ceil((row.record.length - localBytesOf(pages, row)) / (pages.usableBytes - 4));
}

/** Writes a tree as it was planned, into the first page and as many others as it needs. */
export function writeTree(pages: Pages, { leaves, isLow }: TreePlan, numbers: readonly number[]): void {
  const free = numbers.values();
  if (isLow) {
    writeLeaf(pages, 1, leaves[0] ?? [], free);
    return;
  }
  const children = leaves.map((rows) => {
    const page = take(free);
    writeLeaf(pages, page, rows, free);
    return { page, rowid: rows.at(-1)?.rowid ?? 0 };
  });
  const { image, usableBytes } = pages;
  const last = children.pop();
  const cells = children.map(({ page, rowid }) => {
    const cell = Buffer.alloc(4 + varintSize(rowid));
    cell.writeUInt32BE(page, 0);
    writeVarint(cell, 4, rowid);
    return cell;
  });
  let content = usableBytes;
  for (const [at, cell] of cells.entries()) {
    content -= cell.length;
    cell.copy(image, content);
    image.writeUInt16BE(content, fileHeaderBytes + interiorHeaderBytes + pointerBytes * at);
  }
  writeHeader(image, fileHeaderBytes, { kind: pageKinds.interior, cells: cells.length, content });
  image.writeUInt32BE(last?.page ?? 0, fileHeaderBytes + leafHeaderBytes);
}

function take(free: Iterator<number>): number {
  const next = free.next();
  if (next.done) throw new Error('a tree takes more pages than it was planned to');
  return next.value;
}

function writeLeaf(pages: Pages, page: number, rows: readonly RowToWrite[], free: Iterator<number>): void {
  const { image, sizeBytes, usableBytes } = pages;
  const base = (page - 1) * sizeBytes;
  const start = base + (page === 1 ? fileHeaderBytes : 0);
  let content = usableBytes;
  for (const [at, row] of rows.entries()) {
    content -= cellBytes(pages, row);
    writeCell(pages, base + content, row, free);
    image.writeUInt16BE(content, start + leafHeaderBytes + pointerBytes * at);
  }
  writeHeader(image, start, { kind: pageKinds.leaf, cells: rows.length, content });
}

function writeHeader(
  image: Buffer,
  start: number,
  { kind, cells, content }: { readonly kind: number; readonly cells: number; readonly content: number },
): void {
  image[start] = kind;
  image.writeUInt16BE(0, start + 1);
  image.writeUInt16BE(cells, start + 3);
  image.writeUInt16BE(content & 0xffff, start + 5);
  image[start + 7] = 0;
}

function writeCell(pages: Pages, at: number, row: RowToWrite, free: Iterator<number>): void {
  const { image, sizeBytes, usableBytes } = pages;
  const { rowid, record } = row;
  const local = localBytesOf(pages, row);
  let end = writeVarint(image, writeVarint(image, at, record.length), rowid);
  end += record.copy(image, end, 0, local);
  for (let from = local; from < record.length; from += usableBytes - 4) {
    const page = take(free);
    image.writeUInt32BE(page, end);
    end = (page - 1) * sizeBytes;
    record.copy(image, end + 4, from, from + usableBytes - 4);
    image.writeUInt32BE(0, end);
  }
}
