import { dirname } from 'node:path';
import { acquireWriterLock, durableFs, fileError } from '@varve/core/internal';

/**
 * Removes an archive whose rows are all in another one by now.
 *
 * @throws SESSION_LOCKED while somebody works on it
 */
export function removeArchive(path: string): void {
  const lock = acquireWriterLock(path, 0);
  try {
    durableFs.remove(path);
    durableFs.syncDir(dirname(path));
  } catch (error) {
    throw fileError(error, path, 'write');
  } finally {
    lock.release();
  }
}
