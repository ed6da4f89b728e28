import { resolve } from 'node:path';
import type { Store } from './contract.ts';
import { FolderStore } from './folder-store.ts';
import { S3Store } from './s3-store.ts';
import { isStoreUrl } from './store-url.ts';

/** A folder, or `s3://bucket/prefix`. Nothing is asked of it yet. */
export function openStore(where: string): Store {
  return isStoreUrl(where) ? new S3Store(where) : new FolderStore(resolve(where));
}
