import { type Stats, statSync } from 'node:fs';
import { VarveError } from '@varve/schema/errors';
import { onFile } from './file-error.ts';

/**
 * Looks at the file's metadata alone, which is safe for a file that this process has open.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE for anything but a file, FILE_EMPTY
 */
export function assertNotEmpty(path: string): Stats {
  const stat = onFile(path, () => statSync(path));
  assertHoldsBytes(stat, path);
  return stat;
}

export function assertHoldsBytes(stat: Stats, path: string): void {
  if (!stat.isFile()) {
    throw new VarveError('FILE_UNREADABLE', 'this is not a regular file', { path, hint: 'check the path' });
  }
  if (stat.size === 0) throw emptyError(path);
}

/** Of a file, or an object of a store. */
export function emptyError(path: string): VarveError {
  return new VarveError('FILE_EMPTY', 'the file holds no bytes', {
    path,
    hint: 'remove the file, or restore it from a backup',
  });
}
