import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { durableFs } from './durable-fs.ts';
import { onFile } from './file-error.ts';
import { hashFile } from './hash-file.ts';
import { statOf } from './sidecars.ts';
import { workFile } from './work-file.ts';

/**
 * Moves a closed file into a folder, read-only, never over another file, and lasting before it returns. A crash
 * leaves it under its old name, or under both; calling it again finishes the move. `isOnDisk` says that its bytes are;
 * `isOldNameSlow`, that the old name may come back after a power failure in the next moments, which is not waited for.
 *
 * @throws ARCHIVE_EXISTS
 */
export function moveInto(
  path: string,
  dir: string,
  { isOnDisk = false, isOldNameSlow = false } = {},
): string {
  if (!isOnDisk) durableFs.sync(path);
  makeReadOnly(path);
  const target = nameIn(dir, path);
  durableFs.syncDir(dir);
  durableFs.remove(path);
  if (isOldNameSlow) durableFs.syncDirAside(dirname(path)).catch(() => {});
  else durableFs.syncDir(dirname(path));
  return target;
}

/** Never a reader more than it had. */
export function makeReadOnly(path: string): void {
  durableFs.chmod(path, statSync(path).mode & 0o444);
}

/**
 * Gives a file its name in a folder, beside the one that it has.
 *
 * @throws ARCHIVE_EXISTS
 */
export function nameIn(dir: string, path: string): string {
  const target = join(dir, basename(path));
  if (!linkInto(path, target) && !isSameContent(path, target)) throw existsError(path, target);
  return target;
}

/** @throws ARCHIVE_EXISTS when the folder has a file of this name already */
export function assertNameIsFree(path: string, dir: string): void {
  const target = join(dir, basename(path));
  if (onFile(target, () => statOf(target), 'write')) throw existsError(path, target);
}

/** Gives the file its new name, also where there are no hard links; false when the name is taken. */
export function linkInto(path: string, target: string): boolean {
  try {
    durableFs.link(path, target);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST') return false;
    if (code === 'EXDEV') return copyInto(path, target);
    if (linkless.has(code)) return renameInto(path, target);
    throw error;
  }
}

/** What file systems without hard links say, such as FAT and some network drives. */
export const linkless: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Between the look and the renaming another file may take the name; a link would notice. */
function renameInto(path: string, target: string): boolean {
  if (statOf(target)) return false;
  durableFs.rename(path, target);
  return true;
}

/** Gives the new name to a whole copy of the file; false when the name is taken. */
export function copyInto(path: string, target: string): boolean {
  const copy = workFile(target, 'sealing');
  durableFs.remove(copy);
  try {
    durableFs.copy(path, copy);
    durableFs.sync(copy);
    return linkInto(copy, target);
  } finally {
    durableFs.remove(copy);
  }
}

export function isSameContent(path: string, other: string): boolean {
  const [a, b] = [statSync(path, { bigint: true }), statSync(other, { bigint: true })];
  return (a.ino === b.ino && a.dev === b.dev) || (a.size === b.size && hashFile(path) === hashFile(other));
}

function existsError(path: string, target: string): VarveError {
  return new VarveError('ARCHIVE_EXISTS', `the archive folder already holds ${basename(target)}`, {
    path,
    hint: 'seal into another folder, or move the other archive away; neither file was changed',
    details: { archive: target },
  });
}
