import { readSync } from 'node:fs';

/** One line of a log. The bytes are the reader's own and change with the next line. */
export interface LogLine {
  /** None of a line that is too long. */
  readonly bytes: Buffer;
  /** Longer than V8's longest string, so that nobody could parse it. */
  readonly isTooLong: boolean;
  /** Counted from 1. */
  readonly number: number;
  /** Where the line after it begins. */
  readonly end: number;
  /** False for what stands behind the last line break: it may still be being written. */
  readonly isWhole: boolean;
}

const chunkBytes = 1 << 20;
const longestLineBytes = (1 << 29) - 24;

/**
 * The lines of an open file from a place on, in order, without their breaks; blank ones are left out. Holds one chunk, or
 * one line where that is longer, and of a line that is too long no more than that.
 *
 * @param onChunk Is given all bytes read, in order.
 */
export function* readLines(
  file: number,
  {
    start = 0,
    end = Number.POSITIVE_INFINITY,
    longest = longestLineBytes,
    onChunk = (_chunk: Buffer): void => {},
  } = {},
): Generator<LogLine> {
  let buffer: Buffer = Buffer.allocUnsafe(chunkBytes);
  // Of the line that is being read, so many bytes are not held any more.
  let dropped = 0;
  let [from, filled, position, number] = [0, 0, start, 0];
  for (;;) {
    const count = readSync(file, buffer, filled, Math.min(buffer.length - filled, end - position), position);
    if (count === 0) break;
    onChunk(buffer.subarray(filled, filled + count));
    position += count;
    let scanned = filled;
    filled += count;
    for (let at = buffer.indexOf(10, scanned); at !== -1 && at < filled; at = buffer.indexOf(10, scanned)) {
      number++;
      const isTooLong = dropped + at - from > longest;
      const bytes = isTooLong ? none : trimmed(buffer, from, at);
      from = scanned = at + 1;
      dropped = 0;
      const end = position - (filled - from);
      if (isTooLong || bytes.length > 0) yield { bytes, isTooLong, number, end, isWhole: true };
    }
    if (dropped + filled - from > longest) {
      dropped += filled - from;
      buffer = Buffer.allocUnsafe(chunkBytes);
      from = filled = 0;
    } else ({ buffer, from, filled } = makeRoom(buffer, from, filled));
  }
  const isTooLong = dropped > 0;
  const bytes = isTooLong ? none : trimmed(buffer, from, filled);
  if (isTooLong || bytes.length > 0)
    yield { bytes, isTooLong, number: number + 1, end: position, isWhole: false };
}

const none = Buffer.alloc(0);

function makeRoom(buffer: Buffer, from: number, filled: number) {
  const rest = filled - from;
  const next = rest > buffer.length / 2 ? Buffer.allocUnsafe(buffer.length * 2) : buffer;
  buffer.copy(next, 0, from, filled);
  return { buffer: next, from: 0, filled: rest };
}

function trimmed(buffer: Buffer, from: number, to: number): Buffer {
  let [start, end] = [from, to];
  while (end > start && isBlank(buffer[end - 1])) end--;
  while (start < end && isBlank(buffer[start])) start++;
  return buffer.subarray(start, end);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 13 || byte === 32 || byte === 9;
}
