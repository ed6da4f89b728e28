import { createHash } from 'node:crypto';
import { openSync } from 'node:fs';
import { readAt, withFile } from './read-file.ts';

const chunkBytes = 1 << 20;

/** Whether the first bytes of a file are those that were read of another one, by their SHA-256, hexadecimal. */
export function beginsWith(path: string, { sizeBytes, hash }: { sizeBytes: number; hash: string }): boolean {
  return withFile(openSync(path, 'r'), (file) => {
    const own = createHash('sha256');
    for (let at = 0; at < sizeBytes; at += chunkBytes) {
      const length = Math.min(chunkBytes, sizeBytes - at);
      const chunk = readAt(file, at, length);
      if (chunk.length < length) return false;
      own.update(chunk);
    }
    return own.digest('hex') === hash;
  });
}
