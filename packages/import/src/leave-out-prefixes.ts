import { openSync } from 'node:fs';
import type { FamilyFile } from './family-file.ts';
import { readAt, withFile } from './log/index.ts';

/**
 * Logs that another one begins with are copies of its earlier self, unless other files belong to each, or it is a fork, which is
 * known by more than its parent. Returns the logs to read and those, in the order in which they were given.
 */
export function leaveOutPrefixes(
  family: readonly FamilyFile[],
): [longest: readonly FamilyFile[], shorter: readonly FamilyFile[]] {
  if (family.length < 2) return [family, []];
  const heads = new Map(family.map((file) => [file, headOf(file)]));
  const isShorter = (file: FamilyFile, at: number) =>
    family.some((other, otherAt) => {
      const isLonger =
        other.sizeBytes > file.sizeBytes || (other.sizeBytes === file.sizeBytes && otherAt < at);
      return (
        other !== file &&
        isLonger &&
        heads.get(other) === heads.get(file) &&
        mayContinue(other, file) &&
        isPrefix(file, other)
      );
    });
  const shorter = family.filter(isShorter);
  return [family.filter((file) => !shorter.includes(file)), shorter];
}

/** The first record, which tells most logs of a large family apart: not every two of them are opened again. */
function headOf({ sample: { values } }: FamilyFile): string | undefined {
  return JSON.stringify(values[0]);
}

function mayContinue(other: FamilyFile, file: FamilyFile): boolean {
  if (other.beside !== file.beside) return false;
  return !file.format.isKeyed || file.identity.kin.every((it) => other.identity.kin.includes(it));
}

const chunkBytes = 1 << 20;

/** What is wrong with a log that cannot be opened is told where it is read. */
function isPrefix({ path, sizeBytes }: FamilyFile, other: FamilyFile): boolean {
  try {
    return withFile(openSync(path, 'r'), (a) =>
      withFile(openSync(other.path, 'r'), (b) => {
        for (let at = 0; at < sizeBytes; at += chunkBytes) {
          const length = Math.min(chunkBytes, sizeBytes - at);
          if (!readAt(a, at, length).equals(readAt(b, at, length))) return false;
        }
        return true;
      }),
    );
  } catch {
    return false;
  }
}
