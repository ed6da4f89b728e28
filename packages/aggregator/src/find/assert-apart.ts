import { sep } from 'node:path';
import { isStoreUrl, openStore } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { searchedRoots } from './searched-roots.ts';
import type { Archives } from './stream-archives.ts';

/**
 * @param what What is written there, as in `the backups`.
 *
 * @throws USAGE where it would be among the archives: the next walk takes it for some of them
 */
export function assertApart(where: Archives, target: string, what: string): void {
  const place = `${openStore(target).url}${isStoreUrl(target) ? '/' : sep}`;
  const root = searchedRoots(where).find((root) => place.startsWith(root));
  if (root === undefined) return;
  throw new VarveError('USAGE', `${what} would lie among the archives, and be taken for some of them`, {
    path: target,
    hint: `name a place that is not in ${root}`,
  });
}
