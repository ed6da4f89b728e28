import type { FamilyFile } from './family-file.ts';
import { beginsWithText } from './log/index.ts';

/**
 * Logs that another one begins with are copies of its earlier self, unless other files belong to each, or it is a fork, which is
 * known by more than its parent. Returns the logs to read and those, in the order in which they were given.
 *
 * @param isKnown Of two that are the same, one that is stays before one that is not.
 */
export function leaveOutPrefixes(
  family: readonly FamilyFile[],
  isKnown: (file: FamilyFile) => boolean = () => false,
): [longest: readonly FamilyFile[], shorter: readonly FamilyFile[]] {
  if (family.length < 2) return [family, []];
  const heads = new Map(family.map((file) => [file, headOf(file)]));
  const byRight = [...family].sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)));
  const isShorter = (file: FamilyFile) =>
    family.some(
      (other) =>
        other !== file &&
        mayContinue(other, file) &&
        mayBegin(heads.get(file) ?? '', heads.get(other) ?? '') &&
        isPrefix(file, other) &&
        (byRight.indexOf(other) < byRight.indexOf(file) || !isPrefix(other, file)),
    );
  const shorter = family.filter(isShorter);
  return [family.filter((file) => !shorter.includes(file)), shorter];
}

/** The first records, which tell most logs of a large family apart: not every two of them are opened again. */
function headOf({ sample: { values } }: FamilyFile): string {
  return values.map((value) => JSON.stringify(value)).join('\n');
}

/** Of how many records a head is depends on how long their lines are. */
function mayBegin(head: string, other: string): boolean {
  return head.length < other.length ? other.startsWith(head) : head.startsWith(other);
}

function mayContinue(other: FamilyFile, file: FamilyFile): boolean {
  if (other.beside !== file.beside) return false;
  return !file.format.isKeyed || file.identity.kin.every((it) => other.identity.kin.includes(it));
}

/** What is wrong with a log that cannot be opened is told where it is read. */
function isPrefix(file: FamilyFile, other: FamilyFile): boolean {
  try {
    return beginsWithText(other.path, file.path);
  } catch {
    return false;
  }
}
