import { resolve } from 'node:path';
import type { Store } from './contract.ts';
import { FolderStore } from './folder-store.ts';
import { loadS3Client } from './s3-client.ts';
import { S3Store } from './s3-store.ts';
import { isStoreUrl } from './store-url.ts';

/** A folder, or `s3://bucket/prefix`. Nothing is asked of it yet. */
export function openStore(where: string): Store {
  return isStoreUrl(where) ? new S3Store(where) : new FolderStore(resolve(where));
}

/**
 * `openStore` before work over many archives: what would fail for each of them fails here.
 *
 * @throws CLIENT_MISSING
 */
export async function readyStore(where: string): Promise<Store> {
  if (isStoreUrl(where)) await loadS3Client();
  return openStore(where);
}
