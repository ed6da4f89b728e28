import { readSync } from 'node:fs';

const chunkBytes = 1 << 20;
const [quote, backslash, open, close, openArray, closeArray, comma] = [34, 92, 123, 125, 91, 93, 44];

/**
 * The texts of the elements of a JSON file that is one array, in order. Holds one chunk, or one element where that is
 * longer. The last one is given also where the file ends within it, for whoever parses it to find out.
 *
 * @param onChunk Is given all bytes read, in order.
 */
export function* readElements(file: number, onChunk: (chunk: Buffer) => void = () => {}): Generator<Buffer> {
  const parts: Buffer[] = [];
  let [depth, isInString, isEscaped, position] = [0, false, false, 0];
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const count = readSync(file, chunk, 0, chunkBytes, position);
    if (count === 0) break;
    onChunk(chunk.subarray(0, count));
    position += count;
    let from = 0;
    for (let at = 0; at < count; at++) {
      const byte = chunk[at];
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) isInString = false;
        continue;
      }
      if (byte === quote) isInString = true;
      else if (byte === open || byte === openArray) {
        if (++depth === 1) from = at + 1;
      } else if (byte === close || byte === closeArray) depth--;
      const isEnd = (depth === 1 && byte === comma) || (depth === 0 && byte === closeArray);
      if (!isEnd) continue;
      parts.push(chunk.subarray(from, at));
      yield* takeElement(parts);
      from = at + 1;
      if (depth === 0) return;
    }
    if (depth > 0) parts.push(chunk.subarray(from, count));
  }
  yield* takeElement(parts);
}

function* takeElement(parts: Buffer[]): Generator<Buffer> {
  const element = Buffer.concat(parts);
  parts.length = 0;
  if (element.some((byte) => byte > 32)) yield element;
}
