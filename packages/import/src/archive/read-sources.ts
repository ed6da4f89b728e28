import { openArchive } from '@varve/core';
import { standardLineage } from '@varve/migrations';
import { sources } from '@varve/schema';
import type { SourceRow } from './rows.ts';

/** The logs that an archive was made of; undefined for a file that is no archive of the standard tables. */
export function readSources(path: string): readonly SourceRow[] | undefined {
  try {
    using archive = openArchive(path, { lineage: standardLineage });
    return archive.db.select().from(sources).all();
  } catch {
    return undefined;
  }
}
