import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { hashFile, makePrivateDir, removePrivateDir } from '../file/index.ts';
import type { Store } from './contract.ts';

export interface PushedFile {
  readonly etag: string;
  /** False where the store had it already, byte for byte: an earlier push was cut short after that. */
  readonly isNew: boolean;
}

/**
 * Puts a closed file into a store, never over another object. The file itself stays. Pushing it again is nothing.
 *
 * @throws ARCHIVE_EXISTS where the store holds something else under this key; the codes of stores
 */
export async function pushFile(path: string, store: Store, key: string): Promise<PushedFile> {
  try {
    const { etag } = await store.put(key, path, 'absent');
    return { etag, isNew: true };
  } catch (error) {
    if (!(error instanceof VarveError && error.code === 'STORE_CHANGED')) throw error;
    const etag = await holdsSame(store, key, path);
    if (etag === undefined) throw archiveExists(path, store, key);
    return { etag, isNew: false };
  }
}

/** The ETag of what a store holds under a key, where that is a file's bytes. */
export async function holdsSame(store: Store, key: string, path: string): Promise<string | undefined> {
  const dir = makePrivateDir();
  const copy = join(dir, createHash('sha256').update(key).digest('hex'));
  try {
    const { etag } = await store.read(key, copy);
    return hashFile(copy) === hashFile(path) ? etag : undefined;
  } finally {
    rmSync(copy, { force: true });
    removePrivateDir(dir);
  }
}

function archiveExists(path: string, store: Store, key: string): VarveError {
  return new VarveError('ARCHIVE_EXISTS', 'the store already holds another object of this key', {
    path,
    hint: 'push into another prefix, or move the other object away; neither was changed',
    details: { archive: `${store.url}/${key}` },
  });
}
