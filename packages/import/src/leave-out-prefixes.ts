import { openSync } from 'node:fs';
import type { FamilyFile } from './family-file.ts';
import { readAt, withFile } from './log/index.ts';

/**
 * Of logs whose records have no keys, those that another one begins with are copies of its earlier self, unless other files belong
 * to each. Returns the logs to
 * read and those, in the order in which they were given.
 */
export function leaveOutPrefixes(
  family: readonly FamilyFile[],
): [longest: readonly FamilyFile[], shorter: readonly FamilyFile[]] {
  const isShorter = (file: FamilyFile, at: number) =>
    !file.format.isKeyed &&
    family.some((other, otherAt) => {
      const isLonger =
        other.sizeBytes > file.sizeBytes || (other.sizeBytes === file.sizeBytes && otherAt < at);
      return other !== file && isLonger && other.beside === file.beside && isPrefix(file, other);
    });
  const shorter = family.filter(isShorter);
  return [family.filter((file) => !shorter.includes(file)), shorter];
}

const chunkBytes = 1 << 20;

function isPrefix({ path, sizeBytes }: FamilyFile, other: FamilyFile): boolean {
  return withFile(openSync(path, 'r'), (a) =>
    withFile(openSync(other.path, 'r'), (b) => {
      for (let at = 0; at < sizeBytes; at += chunkBytes) {
        const length = Math.min(chunkBytes, sizeBytes - at);
        if (!readAt(a, at, length).equals(readAt(b, at, length))) return false;
      }
      return true;
    }),
  );
}
