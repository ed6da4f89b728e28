import type { Lineage, TableModule } from '@varve/migrations';
import { assertIdentified, identifyFile, registerFunctions } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import {
  assertNotEmpty,
  assertWholePages,
  lookBeside,
  onFile,
  openDatabase,
  realPath,
} from '../file/index.ts';
import { Reader } from './reader.ts';

export interface ReadSessionOptions<TTables extends TableModule> {
  readonly lineage: Lineage<TTables>;
}

/** A session read while it is written: every query sees what has been recorded by then. */
export type SessionReader<TTables extends TableModule = TableModule> = Reader<TTables>;

/**
 * Opens a live session at head beside its one writer. A reader that is open keeps the session from being sealed.
 * SQLite keeps `-wal` and `-shm` beside the file for it; for a file without a writer, use `openArchive`.
 *
 * @throws SESSION_LIVE when its writer keeps it at an older version; the other codes of `openArchive`
 *
 * @example
 * ```ts
 * import { createSession, readSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { sessions } from '@varve/schema';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 *
 * using reader = readSession(session.path, { lineage });
 * console.log(reader.db.select().from(sessions).all().length); // 1
 * ```
 */
export function readSession<TTables extends TableModule>(
  path: string,
  { lineage }: ReadSessionOptions<TTables>,
): SessionReader<TTables> {
  const file = realPath(path);
  return onFile(file, () => {
    assertNotEmpty(file);
    lookBeside(file);
    const sqlite = openDatabase(file, { readonly: true });
    try {
      registerFunctions(sqlite, lineage);
      const identity = identifyFile(sqlite, lineage);
      assertWholePages(sqlite, file);
      assertIdentified(identity, lineage, file);
      if (identity.version < lineage.migrations.length) throw behindError(file, identity.version, lineage);
      const close = () => sqlite.close();
      return new Reader({ path: file, version: identity.version, tables: lineage.tables, sqlite, close });
    } catch (error) {
      sqlite.close();
      throw error;
    }
  });
}

function behindError(path: string, version: number, lineage: Lineage): VarveError {
  const head = lineage.migrations.length;
  return new VarveError('SESSION_LIVE', `the live session is at version ${version}, not at head (${head})`, {
    path,
    hint: 'read a snapshot of it with openArchive, or bring it to head with openSession',
    details: { version, head },
  });
}
