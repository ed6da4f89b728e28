import { statSync } from 'node:fs';
import { durableFs } from '../file/index.ts';
import { openStore } from './open-store.ts';
import { type KeyLayout, placeKey } from './place-key.ts';
import { pushFile } from './push-file.ts';
import type { StoreUrl } from './store-url.ts';

/**
 * Moves a sealed archive of this machine into a store: the file goes when the store has it. Returns its address there.
 *
 * @throws ARCHIVE_EXISTS, the codes of stores; the file stays then
 */
export async function sealToStore(archive: string, where: StoreUrl, layout: KeyLayout): Promise<string> {
  const store = openStore(where);
  const key = placeKey(archive, layout, statSync(archive).mtimeMs);
  await pushFile(archive, store, key);
  durableFs.remove(archive);
  return `${store.url}/${key}`;
}
