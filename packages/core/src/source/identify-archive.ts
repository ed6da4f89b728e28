import type { FileIdentity, Lineage } from '@varve/migrations';
import { identifyFile } from '@varve/migrations/internal';
import type { VarveError } from '@varve/schema/errors';
import { onFile, realPath } from '../file/index.ts';
import { inspectFile } from './file-state.ts';
import { type NewerFiles, readingError } from './identify-for-reading.ts';
import { openSource } from './open-source.ts';

/**
 * How a file stands to head, whatever state it is in. Changes nothing.
 *
 * @throws the codes of `readHeader`; FILE_CORRUPT, FILE_CHANGED, FILE_BUSY
 *
 * @example
 * ```ts
 * import { createSession, identifyArchive } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * const path = session.seal('archives');
 *
 * const { state, version } = identifyArchive(path, { lineage });
 * console.log(state, version === lineage.migrations.length); // current true
 * ```
 */
export function identifyArchive(path: string, { lineage }: { readonly lineage: Lineage }): FileIdentity {
  return judgeArchive(path, { lineage, newer: 'refuse' }).identity;
}

export interface JudgedArchive {
  readonly identity: FileIdentity;
  /** Why it cannot be read at head, where it cannot. */
  readonly error: VarveError | undefined;
}

/**
 * How a file stands to head, and whether it can be read there.
 *
 * @throws the codes of `identifyArchive`
 */
export function judgeArchive(
  path: string,
  { lineage, newer }: { readonly lineage: Lineage; readonly newer: NewerFiles },
): JudgedArchive {
  const file = realPath(path);
  return onFile(file, () => {
    const { sqlite, close } = openSource(file, inspectFile(file));
    try {
      const identity = identifyFile(sqlite, lineage);
      return { identity, error: readingError(sqlite, { identity, lineage, path, newer }) };
    } finally {
      close();
    }
  });
}
