import { resolve } from 'node:path';
import type { Lineage, TableModule } from '@varve/migrations';
import { onFile, realPath } from '../file/index.ts';
import { readAtHead } from '../reading/index.ts';
import { identifyForReading, inspectFile, type NewerFiles, openSource } from '../source/index.ts';
import { Archive } from './archive.ts';

export interface OpenArchiveOptions<TTables extends TableModule> {
  readonly lineage: Lineage<TTables>;
  /** Refused unless given. */
  readonly newer?: NewerFiles;
}

/**
 * Opens a file of any version to read it at head. Neither the file nor its folder is changed, whatever the version and
 * whatever a crash left beside it; `plan` says how it is done.
 *
 * @throws VERSION_AHEAD, VERSION_DIVERGED, MIGRATION_EDITED, VERSION_FOREIGN, VERSION_UNSTAMPED; SCHEMA_MISMATCH;
 * the codes of `readHeader`; FILE_CHANGED, FILE_BUSY; MIGRATION_FAILED where the file's rows do not fit a migration
 *
 * @example
 * ```ts
 * import { createSession, openArchive } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { sessions } from '@varve/schema';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * const path = session.seal('archives');
 *
 * using archive = openArchive(path, { lineage });
 * const [row] = archive.db.select().from(sessions).all();
 * console.log(row?.agentName, archive.plan.strategy); // support identity
 * ```
 */
export function openArchive<TTables extends TableModule>(
  path: string,
  { lineage, newer = 'refuse' }: OpenArchiveOptions<TTables>,
): Archive<TTables> {
  const file = realPath(path);
  return onFile(file, () => {
    const state = inspectFile(file);
    const source = openSource(file, state);
    try {
      const version = identifyForReading(source.sqlite, lineage, { path: file, newer });
      const reading = readAtHead(source, { lineage, version, path: file, state });
      // A connection to the file itself cannot write anyway.
      if (reading.copy !== 'none') reading.sqlite.exec('PRAGMA query_only = ON');
      reading.detach();
      return new Archive({ path: resolve(path), version, tables: lineage.tables, ...reading });
    } catch (error) {
      source.close();
      throw error;
    }
  });
}
