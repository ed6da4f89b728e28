import { type ArchiveSource, openArchiveSource } from '@varve/core';
import { compileLens, type Lens, type Lineage } from '@varve/migrations';

/** How an archive's rows at head are had: from the file that `source` names, through `lens` where there is one. */
export interface ArchiveReading {
  readonly strategy: 'identity' | 'lens' | 'replayed';
  readonly source: ArchiveSource;
  readonly lens: Lens | undefined;
}

/**
 * Prepares the cheapest way to read an archive at head. Only its lens is tried before a replay, unless that is known
 * not to do.
 *
 * @throws the codes of `openArchiveSource`
 */
export function prepareReading(path: string, lineage: Lineage, mustReplay: boolean): ArchiveReading {
  const source = openArchiveSource(path, { lineage, at: mustReplay ? 'head' : 'own version' });
  if (source.version === lineage.migrations.length) return { strategy: 'identity', source, lens: undefined };
  if (mustReplay) return { strategy: 'replayed', source, lens: undefined };
  const lens = compileLens(lineage, source.version);
  if (isExactHere(lens)) return { strategy: 'lens', source, lens };
  source.close();
  return prepareReading(path, lineage, true);
}

/** A materialized table has columns that only a table with head's own DDL can compute; the view's has them as plain ones. */
function isExactHere(lens: Lens): boolean {
  return !lens.refusal && lens.tables.every((table) => table.strategy !== 'materialized');
}
