import { OddImageError, varintAt, varintSize, writeVarint } from './pages.ts';
import type { RawRow } from './read-tree.ts';

/** Where the values of a row lie: https://www.sqlite.org/fileformat.html#record_format */
export interface RawRecord {
  readonly types: readonly number[];
  /** Where each begins, and where the last ends. */
  readonly places: readonly number[];
}

/** @throws OddImageError */
export function readRecord({ bytes, start, end }: Omit<RawRow, 'rowid'>): RawRecord {
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

/** A value as it lies. */
export interface RawValue {
  readonly type: number;
  readonly bytes: Buffer;
}

/** The record of some values, as SQLite writes it. Integers of up to four bytes. */
export function recordOf(values: readonly (string | number | null | RawValue)[]): Buffer {
  const raw = values.map(toRaw);
  const typesBytes = raw.reduce((sum, { type }) => sum + varintSize(type), 0);
  // The length of the header counts itself.
  const headerBytes = typesBytes + varintSize(typesBytes + 1);
  const record = Buffer.allocUnsafe(raw.reduce((sum, { bytes }) => sum + bytes.length, headerBytes));
  let at = writeVarint(record, 0, headerBytes);
  for (const { type } of raw) at = writeVarint(record, at, type);
  for (const { bytes } of raw) at += bytes.copy(record, at);
  return record;
}

const none = Buffer.alloc(0);

function toRaw(value: string | number | null | RawValue): RawValue {
  if (value === null) return { type: 0, bytes: none };
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return { type: 13 + 2 * bytes.length, bytes };
  }
  if (typeof value !== 'number') return value;
  if (value === 0 || value === 1) return { type: 8 + value, bytes: none };
  const size = [1, 2, 3, 4].find((it) => value < 2 ** (8 * it - 1)) ?? Number.NaN;
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeIntBE(value, 0, size);
  return { type: size, bytes };
}
