import type { Lineage, TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import { assertNotEmpty, defaultBusyTimeoutMs, onFile, realPath } from '../file/index.ts';
import { withWriterLock } from '../lock/index.ts';
import { endMaking } from './half-made.ts';
import { openWriter } from './open-writer.ts';
import type { RecordOptions } from './record-options.ts';
import type { Session } from './session.ts';

export interface OpenSessionOptions<TTables extends TableModule> extends RecordOptions {
  readonly lineage: Lineage<TTables>;
  /** How long a writer that has only just opened the file is waited for; 5 seconds unless given. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens a live session of any version to go on writing it. A file behind head is brought to head in place, in one
 * transaction. Of two processes that open an old file at once, one applies the migrations; the other waits for it and
 * opens the file as soon as the first has closed it.
 *
 * @throws SESSION_LOCKED with `details.pid` and `details.since` while another writer has it open; FILE_READ_ONLY for
 * a sealed archive; the codes of `replayMigrations` and of files. The file is as it was then.
 *
 * @example
 * ```ts
 * import { createSession, openSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { decisions } from '@varve/schema';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * session.close();
 *
 * using again = openSession(session.path, { lineage });
 * console.log(again.record(decisions, { summary: 'go on' })); // 1
 * ```
 */
export function openSession<TTables extends TableModule>(
  path: string,
  options: OpenSessionOptions<TTables>,
): Session<TTables> {
  const { busyTimeoutMs = defaultBusyTimeoutMs } = options;
  const file = realPath(path);
  assertUnsealed(file);
  return withWriterLock(file, busyTimeoutMs, (lock) => {
    onFile(file, () => endMaking(file), 'write');
    return openWriter({ ...options, path: file, lock, busyTimeoutMs });
  });
}

function assertUnsealed(path: string): void {
  const { mode } = assertNotEmpty(path);
  if ((mode & 0o222) !== 0) return;
  throw new VarveError('FILE_READ_ONLY', 'the file is sealed: an archive is not written again', {
    path,
    hint: 'read it with openArchive, or bring it to head with upgradeArchive',
  });
}
