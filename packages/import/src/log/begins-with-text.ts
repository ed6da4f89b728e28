import { openSync } from 'node:fs';
import { readAt, withFile } from './read-file.ts';

const chunkBytes = 1 << 20;
const carriageReturn = 13;

/** Whether a file begins with all that is in another one, however their lines end. */
export function beginsWithText(path: string, other: string): boolean {
  return withFile(openSync(other, 'r'), (a) =>
    withFile(openSync(path, 'r'), (b) => {
      const [wanted, given] = [new TextBytes(a), new TextBytes(b)];
      for (;;) {
        const length = Math.min(wanted.fill(), given.fill());
        if (length === 0) return wanted.isAtEnd;
        if (!wanted.take(length).equals(given.take(length))) return false;
      }
    }),
  );
}

/** The bytes of a file but those that only some systems write: a mark before all, and one before each line's end. */
class TextBytes {
  readonly #file: number;
  #position = 0;
  #held: Buffer = Buffer.alloc(0);

  constructor(file: number) {
    this.#file = file;
    if (readAt(file, 0, byteOrderMark.length).equals(byteOrderMark)) this.#position = byteOrderMark.length;
  }

  get isAtEnd(): boolean {
    return this.#held.length === 0;
  }

  /** How many can be taken; zero at the end. */
  fill(): number {
    while (this.#held.length === 0) {
      const chunk = readAt(this.#file, this.#position, chunkBytes);
      if (chunk.length === 0) break;
      this.#position += chunk.length;
      this.#held = chunk.includes(carriageReturn) ? withoutReturns(chunk) : chunk;
    }
    return this.#held.length;
  }

  take(length: number): Buffer {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }
}

const byteOrderMark = Buffer.from('\u{feff}');

/** JSON has them between its values alone: in a text they are escaped. */
function withoutReturns(chunk: Buffer): Buffer {
  return chunk.filter((byte) => byte !== carriageReturn) as Buffer;
}
