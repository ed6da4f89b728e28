import { resolve } from 'node:path';
import { VarveError } from '@varve/schema';
import type { Store } from './contract.ts';
import { ObjectCache, type ObjectCacheOptions } from './object-cache.ts';
import { openStore } from './open-store.ts';
import { isStoreUrl, splitObjectUrl } from './store-url.ts';

/**
 * The file to open for an archive: of `s3://bucket/key` a copy in the cache of this machine, fetched unless it is there
 * already; any other path as it is. With the `etag` that a listing told nothing is asked for what is there.
 *
 * @throws FILE_NOT_FOUND, the codes of stores
 */
export async function fetchObject(
  where: string,
  { etag, ...options }: ObjectCacheOptions & { readonly etag?: string } = {},
): Promise<string> {
  if (!isStoreUrl(where)) return where;
  const { root, key } = splitObjectUrl(where);
  const store: Store = openStore(root);
  const now = etag ?? (await store.readRange(key, 0, 1)).entry.etag;
  return new ObjectCache(options).fetch(store, key, now);
}

/** What went wrong with a fetched copy, about the archive that it is a copy of. */
export function errorOfObject(error: unknown, where: string, localPath: string): unknown {
  if (where === localPath || !(error instanceof VarveError) || error.path !== resolve(localPath))
    return error;
  const { code, message, hint, details, cause } = error;
  return new VarveError(code, message, { path: where, hint, details, cause });
}
