import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** Small: what is allocated for each of many files is collected by stopping them all. */
const chunkSizeBytes = 1 << 16;

/** The SHA-256 of a file's bytes, in hexadecimal, at any size of file. */
export function hashFile(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(chunkSizeBytes);
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const count = readSync(file, chunk, 0, chunkSizeBytes, null);
      if (count === 0) return hash.digest('hex');
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
