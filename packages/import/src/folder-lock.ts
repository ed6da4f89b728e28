import { join } from 'node:path';
import { acquireWriterLock } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { indexName } from './import-index.ts';

/**
 * One import at a time writes into a folder.
 *
 * @throws FILE_BUSY
 */
export async function withFolderLock<T>(into: string, work: () => Promise<T>): Promise<T> {
  const lock = acquireFolderLock(into);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function acquireFolderLock(into: string) {
  try {
    return acquireWriterLock(join(into, indexName), 0);
  } catch (error) {
    if (!(error instanceof VarveError) || error.code !== 'SESSION_LOCKED') throw error;
    throw new VarveError('FILE_BUSY', 'another import writes into this folder', {
      path: into,
      hint: 'wait until it is done, or import into another folder',
      details: error.details,
    });
  }
}
