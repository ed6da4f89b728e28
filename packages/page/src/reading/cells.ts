import type { BlobCell, Cell } from '../api/index.ts';

/** A value of SQLite, read with safe integers, as JSON carries it. */
export function toCell(value: unknown): Cell {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return { blob: { sizeBytes: value.byteLength, type: blobType(value) } };
  return String(value);
}

export function isBlobCell(cell: Cell): cell is BlobCell {
  return typeof cell === 'object' && cell !== null;
}

/** By their first bytes; nothing that a browser would run. */
const images: readonly (readonly [type: string, magic: RegExp])[] = [
  ['image/png', /^89504e47/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638/],
  ['image/webp', /^52494646.{8}57454250/],
];

/** The media type of bytes that are an image, else `application/octet-stream`. */
export function blobType(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('hex');
  return images.find(([, magic]) => magic.test(start))?.[0] ?? 'application/octet-stream';
}
