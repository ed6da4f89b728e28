import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { createdFile, durableFs, leftoverSuffixes, letGo, lstatOf, readHeldHeader } from '../file/index.ts';

/**
 * Removes what is left of the making of a session, by the names under which it was made; the caller has its lock. Where the
 * file has such a name beside its own, the disk may not have had it: what a power failure left then is no file, but a part.
 */
export function clearHalfMade(path: string, works: readonly string[]): void {
  if (!isMade(path, works))
    for (const suffix of [...leftoverSuffixes, '-shm', '']) durableFs.remove(path + suffix);
  for (const work of works) durableFs.remove(work);
}

/** Takes the name that a file was made under from one that is whole; the caller has its lock. */
export function endMaking(path: string): void {
  // Most often it has its own name alone.
  if ((lstatOf(path)?.nlink ?? 1) === 1) return;
  const names = readdirSync(dirname(path)).filter((name) => createdFile(name) === basename(path));
  const works = names.map((name) => join(dirname(path), name));
  if (isMade(path, works)) for (const work of works) durableFs.remove(work);
}

/** False for a part of a file. One that is whole, and was made just now, is on the disk afterwards. */
function isMade(path: string, works: readonly string[]): boolean {
  if (!works.some((work) => isSameFile(work, path))) return true;
  const held = durableFs.hold(path);
  try {
    if (isTorn(held, path)) return false;
    durableFs.syncHeld(held);
    return true;
  } finally {
    letGo(held, path);
  }
}

function isSameFile(work: string, path: string): boolean {
  const [a, b] = [lstatOf(work), lstatOf(path)];
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** A file that has rows beside it, in a WAL, is not for us to remove. */
function isTorn(held: number, path: string): boolean {
  if ((lstatOf(`${path}-wal`)?.size ?? 0) > 0) return false;
  try {
    readHeldHeader(held, path);
    return false;
  } catch (error) {
    return error instanceof VarveError && tornCodes.has(error.code);
  }
}

const tornCodes: ReadonlySet<string> = new Set(['FILE_EMPTY', 'FILE_NOT_A_DATABASE', 'FILE_CORRUPT']);
