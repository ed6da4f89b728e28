import { OddImageError, varintAt, varintSize } from './pages.ts';
import type { RawRow } from './read-tree.ts';

/** Where the values of a row lie: https://www.sqlite.org/fileformat.html#record_format */
export interface RawRecord {
  readonly types: readonly number[];
  /** Where each begins, and where the last ends. */
  readonly places: readonly number[];
}

/** @throws OddImageError */
export function readRecord({ bytes, start, end }: RawRow): RawRecord {
  const headerBytes = varintAt(bytes, start);
  const types: number[] = [];
  const places = [start + headerBytes];
  let body = start + headerBytes;
  for (let at = start + varintSize(headerBytes); at < start + headerBytes; ) {
    const type = varintAt(bytes, at);
    at += varintSize(type);
    body += sizeOf(type);
    types.push(type);
    places.push(body);
  }
  if (body !== end) throw new OddImageError();
  return { types, places };
}

const smallSizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function sizeOf(type: number): number {
  return type >= 12 ? (type - 12) >> 1 : (smallSizes[type] ?? Number.NaN);
}

/** @throws OddImageError for what is no text */
export function assertText(type: number | undefined): void {
  if (type === undefined || type < 13 || type % 2 === 0) throw new OddImageError();
}

export function integerIn(bytes: Buffer, type: number | undefined, start: number): number {
  if (type === 0) return 0;
  if (type === 8 || type === 9) return type - 8;
  if (type === undefined || type > 5) throw new OddImageError();
  return bytes.readIntBE(start, smallSizes[type] ?? 0);
}
