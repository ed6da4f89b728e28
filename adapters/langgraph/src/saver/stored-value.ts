import { isUtf8 } from 'node:buffer';

/** What the serializer made of a value: its own word for the kind, and the bytes. */
export type Dumped = readonly [type: string, bytes: Uint8Array];

/** As it lies in a column: JSON as text, so that SQL reads it; anything else as bytes. */
export type Cell = string | Uint8Array;

export function toCell([type, bytes]: Dumped): Cell {
  return type === 'json' && isUtf8(bytes) ? viewOf(bytes).toString('utf8') : viewOf(bytes);
}

/** Bytes of their own, in no Buffer: what was a Uint8Array comes back as one. */
export function fromCell(cell: Cell): Uint8Array {
  const { buffer, byteOffset, byteLength } = typeof cell === 'string' ? Buffer.from(cell) : cell;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && viewOf(a).equals(b);
}

/** How many bytes two values begin with in common. */
export function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const [left, right] = [viewOf(a), viewOf(b)];
  let known = 0;
  let limit = Math.min(left.length, right.length);
  // What is appended to a list leaves all but the bracket: looked for first, at the speed of a comparison of memory.
  if (limit > 1 && left.compare(right, 0, limit - 1, 0, limit - 1) === 0) known = limit - 1;
  while (known < limit) {
    const middle = (known + limit + 1) >>> 1;
    if (left.compare(right, known, middle, known, middle) === 0) known = middle;
    else limit = middle - 1;
  }
  return known;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
