import type { Lineage } from '@varve/migrations';
import { assertIdentified, identifyFile, replayMigrations } from '@varve/migrations/internal';
import { onFile, realPath } from '../file/index.ts';
import { inspectFile, openPrivateCopy } from '../source/index.ts';

/**
 * Replays a file's pending migrations on a private copy, and so finds out whether an upgrade would fail on its data.
 * The file stays as it is.
 *
 * @throws MIGRATION_FAILED, MIGRATION_REFUSED, MIGRATION_BREAKS_REFERENCES; the codes of `openArchive`
 *
 * @example
 * ```ts
 * import { createSession, rehearseUpgrade } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * const path = session.seal('archives');
 *
 * rehearseUpgrade(path, { lineage }); // Throws where an upgrade would fail.
 * ```
 */
export function rehearseUpgrade(path: string, { lineage }: { readonly lineage: Lineage }): void {
  const file = realPath(path);
  onFile(file, () => {
    const copy = openPrivateCopy(file, inspectFile(file));
    try {
      assertIdentified(identifyFile(copy.sqlite, lineage), lineage, file);
      replayMigrations(copy.sqlite, lineage, file);
    } finally {
      copy.close();
    }
  });
}
