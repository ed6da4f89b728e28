import { join } from 'node:path';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { makeTestFolder } from '@varve/testing';

export { lineage };

type Tables = typeof lineage.tables;
type NewSession = ReturnType<typeof createSession<Tables>>;

export interface TestArchives {
  /** The folder that holds all of it. */
  readonly dir: string;
  readonly archiveDir: string;
  /** Records a session and seals it; returns its archive's path. */
  add(
    values: Parameters<typeof createSession<Tables>>[1]['session'],
    record?: (session: NewSession) => void,
  ): string;
  /** A session that is not sealed; the test closes it. */
  begin(values: Parameters<typeof createSession<Tables>>[1]['session']): NewSession;
}

/** A folder of standard sessions, gone after the running test. */
export function makeArchives(): TestArchives {
  const dir = makeTestFolder();
  const [liveDir, archiveDir] = [join(dir, 'live'), join(dir, 'archives')];
  return {
    dir,
    archiveDir,
    add(session, record) {
      const open = createSession(liveDir, { lineage, session });
      record?.(open);
      return open.seal(archiveDir);
    },
    begin: (session) => createSession(liveDir, { lineage, session }),
  };
}
