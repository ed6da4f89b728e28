import { isInStore } from '@varve/aggregator/internal';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { ArchivesSource } from './archives-source.ts';
import type { SessionSource } from './session-source.ts';
import { StoredSource } from './stored-source.ts';
import { openViewSource } from './view-source.ts';

/** A unified view where one is named alone, else archives. @throws USAGE for archives without a lineage */
export function findSource(where: readonly string[], lineage: Lineage | undefined): SessionSource {
  const [file = '', ...others] = where;
  const view = others.length === 0 ? openViewSource(file, lineage) : undefined;
  if (view) return view;
  if (lineage)
    return isInStore(where) ? new StoredSource(where, lineage) : new ArchivesSource(where, lineage);
  throw new VarveError('USAGE', 'archives are read by a lineage, and none is given', {
    hint: 'name the migrations, or a unified view, which needs none',
  });
}
