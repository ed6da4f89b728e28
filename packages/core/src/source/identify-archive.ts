import type { FileIdentity, Lineage } from '@varve/migrations';
import { identifyFile } from '@varve/migrations/internal';
import { onFile, realPath } from '../file/index.ts';
import { inspectFile } from './file-state.ts';
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
  const file = realPath(path);
  return onFile(file, () => {
    const source = openSource(file, inspectFile(file));
    try {
      return identifyFile(source.sqlite, lineage);
    } finally {
      source.close();
    }
  });
}
