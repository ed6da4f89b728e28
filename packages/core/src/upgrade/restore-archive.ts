import { statSync } from 'node:fs';
import type { Lineage } from '@varve/migrations';
import { lineageAt } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import {
  assertNotEmpty,
  assertSound,
  durableFs,
  fileError,
  isSameContent,
  leaveWal,
  leftoverSuffixes,
  lookBeside,
  onFile,
  openDatabase,
  removeWork,
  statOf,
  workFile,
} from '../file/index.ts';
import { acquireWriterLock } from '../lock/index.ts';
import { identifyForReading, inspectAtRest, openSource } from '../source/index.ts';
import {
  finishReplacement,
  inspectOriginal,
  type Original,
  putInPlace,
  settleOriginal,
} from './replace-file.ts';
import { verifyRows } from './verify-rows.ts';

export interface RestoreArchiveOptions {
  readonly lineage: Lineage;
  /** Put the backup back also where the archive holds something else than an upgrade of it; that is lost then. */
  readonly overwrite?: boolean;
}

/**
 * Puts a backup back into the place of its archive: checked, synced and renamed over it. False when the archive is
 * the backup already, byte for byte. An archive is replaced only when it is, cell for cell, what an upgrade makes of
 * the backup. A backup of a file that was never sealed comes back sealed. The backup stays.
 *
 * @throws RESTORE_REFUSED where the archive holds something else; SESSION_LOCKED while a writer or an upgrade has it
 * open; FILE_CORRUPT for a damaged backup; the codes of files. The archive is as it was then.
 *
 * @example
 * ```ts
 * import { createSession, restoreArchive } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * const path = session.seal('archives');
 *
 * console.log(await restoreArchive(path, path, { lineage })); // false
 * ```
 */
export async function restoreArchive(
  backup: string,
  path: string,
  options: RestoreArchiveOptions,
): Promise<boolean> {
  assertNotEmpty(backup);
  lookBeside(backup);
  const lock = acquireWriterLock(path, 0);
  try {
    const original = statOf(path) ? inspectOriginal(path) : undefined;
    if (original && isSameContent(backup, path)) return false;
    if (original && !options.overwrite) onFile(path, () => assertUpgradeOf(backup, path, options.lineage));
    await putBack(backup, path, original);
    return true;
  } catch (error) {
    throw fileError(error, path, 'write');
  } finally {
    lock.release();
  }
}

function assertUpgradeOf(backup: string, path: string, lineage: Lineage): void {
  const state = inspectAtRest(backup);
  const archive = openSource(path, inspectAtRest(path));
  const source = openSource(backup, state);
  try {
    const to = identifyForReading(archive.sqlite, lineage, { path, newer: 'refuse' });
    const version = identifyForReading(source.sqlite, lineage, { path: backup, newer: 'refuse' });
    const known = to === lineage.migrations.length ? lineage : lineageAt(lineage, to);
    if (version > to) throw refusedError(backup, path, 'it is of an older version');
    verifyRows(archive.sqlite, () => openSource(backup, state), {
      lineage: known,
      path: backup,
      state,
      verify: 'full',
      version,
    });
  } catch (error) {
    const isOther = error instanceof VarveError && error.code === 'UPGRADE_MISMATCH';
    throw isOther ? refusedError(backup, path, 'its rows are others', error) : error;
  } finally {
    source.close();
    archive.close();
  }
}

async function putBack(backup: string, path: string, original: Original | undefined): Promise<void> {
  const work = workFile(path, 'upgrading');
  removeWork(work);
  try {
    for (const suffix of ['', ...leftoverSuffixes]) {
      if (suffix === '' || statOf(backup + suffix)) await durableFs.copyAside(backup + suffix, work + suffix);
    }
    durableFs.chmod(work, 0o600);
    settle(work, backup);
    if (original) {
      await finishReplacement(work, path);
      settleOriginal(path, original);
    } else {
      durableFs.chmod(work, statSync(backup).mode & 0o444);
      await durableFs.syncAside(work);
    }
    await putInPlace(work, path);
  } finally {
    removeWork(work);
  }
}

/** Takes in what lay beside the backup, and checks what comes of it. */
function settle(work: string, backup: string): void {
  const hasLeftovers = inspectAtRest(work).kind === 'unsealed';
  const sqlite = openDatabase(work, { readonly: !hasLeftovers });
  try {
    if (hasLeftovers) leaveWal(sqlite, backup);
    assertSound(sqlite, backup);
  } finally {
    sqlite.close();
  }
  if (!hasLeftovers && !isSameContent(backup, work)) throw refusedError(backup, work, 'the copy differs');
}

function refusedError(backup: string, path: string, reason: string, cause?: unknown): VarveError {
  return new VarveError('RESTORE_REFUSED', `the archive is not an upgrade of its backup: ${reason}`, {
    path,
    hint: 'find out what changed it; with overwrite the backup takes its place',
    details: { backup },
    cause,
  });
}
