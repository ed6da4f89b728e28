import { sep } from 'node:path';
import type { VarveError } from '@varve/schema';
import {
  type Archives,
  isOutOfSight,
  isSelected,
  type SeenArchives,
  type Selection,
  searchedRoots,
} from '../find/index.ts';
import type { Warehouse } from './contract.ts';

/** What a load met, and what it could not look at. */
export interface LoadedWalk {
  readonly where: Archives;
  readonly selection: Selection;
  readonly seen: SeenArchives;
  readonly problems: readonly VarveError[];
}

/** Removes archives that lay in one of the folders or prefixes and do no more, with their rows; returns how many. */
export async function removeGone(warehouse: Warehouse, walk: LoadedWalk): Promise<number> {
  const roots = searchedRoots(walk.where).filter((root) => !isOutOfSight(root, walk.problems));
  if (roots.length === 0) return 0;
  let removed = 0;
  for await (const page of warehouse.listLoaded()) {
    const gone = page.filter(({ id, path }) => !walk.seen.has(id) && isMissed(path, roots, walk));
    if (gone.length > 0) await warehouse.remove(gone.map(({ id }) => id));
    removed += gone.length;
  }
  return removed;
}

function isMissed(path: string, roots: readonly string[], { problems, selection }: LoadedWalk): boolean {
  const root = roots.find((it) => path.startsWith(it));
  if (root === undefined || isOutOfSight(path, problems)) return false;
  return isSelected({ relativePath: path.slice(root.length).replaceAll(sep, '/') }, selection);
}
