import { openStore, type Store, splitObjectUrl } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import type { FoundFile } from './found-file.ts';
import { notFound } from './walk-errors.ts';

/**
 * Every object below a prefix, in the order of keys, page by page, the next page on its way meanwhile; where there is
 * none, the object of this very address.
 *
 * @param after Only what comes after this address.
 * @throws the codes of stores; FILE_NOT_FOUND where nothing is there
 */
export async function* listBucket(url: string, after?: string): AsyncGenerator<FoundFile> {
  const store = openStore(url);
  const root = `${store.url}/`;
  let isEmpty = true;
  let page = store.list({ after: after?.startsWith(root) ? after.slice(root.length) : undefined });
  for (;;) {
    const { entries, isLast } = await page;
    const last = entries.at(-1)?.key;
    if (!isLast) page = listOn(store, last);
    for (const { key, ...facts } of entries) {
      isEmpty = false;
      // Some programs put an empty object for a folder.
      if (!key.endsWith('/')) yield toFile(root + key, key, facts);
    }
    if (isLast) break;
  }
  if (isEmpty && after === undefined) yield await findObject(store.url);
}

function listOn(store: Store, after: string | undefined): ReturnType<Store['list']> {
  const page = store.list({ after });
  page.catch(() => {});
  return page;
}

async function findObject(url: string): Promise<FoundFile> {
  const { root, key } = splitObjectUrl(url);
  if (key === '') throw notFound(url);
  try {
    const { entry } = await openStore(root).readRange(key, 0, 1);
    return { ...toFile(url, key.slice(key.lastIndexOf('/') + 1), entry), isNamed: true };
  } catch (error) {
    throw error instanceof VarveError && error.code === 'FILE_NOT_FOUND' ? notFound(url) : error;
  }
}

function toFile(
  path: string,
  relativePath: string,
  { sizeBytes, mtimeMs, etag }: { sizeBytes: number; mtimeMs: number; etag: string },
): FoundFile {
  return { path, relativePath, sizeBytes, mtimeMs, etag, sidecars: [], isNamed: false };
}
