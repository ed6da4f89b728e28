import { searchUnified } from '@varve/aggregator';
import { VarveError } from '@varve/schema';
import type { CatalogKeeper } from '../catalog/index.ts';
import type { SessionSource } from '../sources/index.ts';
import { ArchiveSearch } from './archive-search.ts';
import type { TextSearch } from './text-search.ts';
import { ViewSearch } from './view-search.ts';

/** By the unified view's own index where it has one, else by an index that is made when it is asked for. */
export function findSearch(source: SessionSource, keeper: CatalogKeeper, onProgress: () => void): TextSearch {
  const [file = ''] = source.where;
  if (source.kind === 'view' && hasIndex(file)) return new ViewSearch(file);
  return new ArchiveSearch(source, keeper, onProgress);
}

function hasIndex(file: string): boolean {
  try {
    searchUnified(file, '"a"', { limit: 1 });
    return true;
  } catch (error) {
    if (error instanceof VarveError && error.code === 'SEARCH_UNAVAILABLE') return false;
    throw error;
  }
}
