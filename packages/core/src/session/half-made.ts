import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { createdFile, durableFs, leftoverSuffixes, lstatOf, readHeader } from '../file/index.ts';

/**
 * Removes what is left of the making of a session, by the names under which it was made; the caller has its lock. Where the
 * file has such a name beside its own, the disk may not have had it: what a power failure left then is no file, but a part.
 */
export function clearHalfMade(path: string, works: readonly string[]): void {
  const isNew = works.some((work) => isSameFile(work, path));
  if (isNew && isTorn(path))
    for (const suffix of [...leftoverSuffixes, '-shm', '']) durableFs.remove(path + suffix);
  else if (isNew) durableFs.sync(path);
  for (const work of works) durableFs.remove(work);
}

/** Takes the name that a file was made under from one that is whole; the caller has its lock. */
export function endMaking(path: string): void {
  // Most often it has its own name alone.
  if ((lstatOf(path)?.nlink ?? 1) === 1 || isTorn(path)) return;
  const names = readdirSync(dirname(path)).filter((name) => createdFile(name) === basename(path));
  clearHalfMade(
    path,
    names.map((name) => join(dirname(path), name)),
  );
}

function isSameFile(work: string, path: string): boolean {
  const [a, b] = [lstatOf(work), lstatOf(path)];
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** A file that has rows beside it, in a WAL, is not for us to remove. */
function isTorn(path: string): boolean {
  if ((lstatOf(`${path}-wal`)?.size ?? 0) > 0) return false;
  try {
    readHeader(path);
    return false;
  } catch (error) {
    return error instanceof VarveError && tornCodes.has(error.code);
  }
}

const tornCodes: ReadonlySet<string> = new Set(['FILE_EMPTY', 'FILE_NOT_A_DATABASE', 'FILE_CORRUPT']);
