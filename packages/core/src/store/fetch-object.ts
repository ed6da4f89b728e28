import type { Store } from './contract.ts';
import { ObjectCache, type ObjectCacheOptions } from './object-cache.ts';
import { openStore } from './open-store.ts';
import { isStoreUrl, splitObjectUrl } from './store-url.ts';

/**
 * The file to open for an archive: of `s3://bucket/key` a copy in the cache of this machine, fetched unless it is there
 * already; any other path as it is.
 *
 * @throws FILE_NOT_FOUND, the codes of stores
 */
export async function fetchObject(where: string, options: ObjectCacheOptions = {}): Promise<string> {
  if (!isStoreUrl(where)) return where;
  const { root, key } = splitObjectUrl(where);
  const store: Store = openStore(root);
  const { entry } = await store.readRange(key, 0, 1);
  return new ObjectCache(options).fetch(store, key, entry.etag);
}
