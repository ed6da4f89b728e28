import { realpathSync } from 'node:fs';
import { assertIdentified, identifyFile, type Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { assertShape } from './assert-shape.ts';
import { buildUpgraded } from './build-upgraded.ts';
import { durableFs } from './durable-fs.ts';
import { fileError, onFile } from './file-error.ts';
import { fingerprint, inspectAtRest, inspectFile, leftoverSuffixes, statOf } from './file-state.ts';
import { keepBackup } from './keep-backup.ts';
import { type Database, openDatabase } from './open-database.ts';
import { replaceFile } from './replace-file.ts';
import { workFile } from './work-file.ts';
import { acquireWriterLock, type WriterLock } from './writer-lock.ts';

export interface UpgradeArchiveOptions {
  readonly lineage: Lineage;
  /** Where a copy of the original is kept, under its own name. */
  readonly backupDir?: string;
}

export interface UpgradeResult {
  readonly path: string;
  /** The version before. */
  readonly from: number;
  /** Head. */
  readonly to: number;
  /** False when the file was sealed and at head already: nothing was written then. */
  readonly changed: boolean;
  /** After the upgrade. */
  readonly sizeBytes: number;
  readonly durationMs: number;
  readonly backup?: string;
}

/**
 * Brings an archive to head, for good. The migrations run on a copy beside it, which is checked, forced to the disk
 * and renamed over the original. Up to the rename the original is untouched, after it the archive is complete; what
 * a killed upgrade leaves beside it is removed by the next one. Mode, owner and modification time stay. A file that
 * was never sealed comes out sealed.
 *
 * @throws SESSION_LIVE for a session that a writer has open, or another upgrade; FILE_CHANGED when the original
 * changed meanwhile; UPGRADE_MISMATCH when the copy is not what it should be; ARCHIVE_EXISTS when the backup folder
 * has another file of this name; FILE_READ_ONLY; the codes of `openArchive`. The original is as it was then.
 */
export async function upgradeArchive(path: string, options: UpgradeArchiveOptions): Promise<UpgradeResult> {
  const startedMs = performance.now();
  const file = onFile(path, () => realpathSync(path));
  const to = options.lineage.migrations.length;
  const isDone = onFile(file, () => isSealedAtHead(file, options.lineage));
  const outcome = isDone ? { from: to } : await withUpgradeLock(file, () => upgradeLocked(file, options));
  const sizeBytes = Number(statOf(file)?.size ?? 0);
  return { path, to, changed: !isDone, sizeBytes, durationMs: performance.now() - startedMs, ...outcome };
}

function isSealedAtHead(file: string, lineage: Lineage): boolean {
  const state = inspectFile(file);
  if (state.kind === 'live') throw liveError(file, { pid: state.holder.pid });
  if (state.kind === 'unsealed') return false;
  const sqlite = openDatabase(file, { readonly: true });
  try {
    return identify(sqlite, lineage, file) === lineage.migrations.length;
  } finally {
    sqlite.close();
  }
}

function identify(sqlite: Database, lineage: Lineage, path: string): number {
  const identity = identifyFile(sqlite, lineage);
  assertIdentified(identity, lineage, path);
  assertShape(sqlite, lineage, identity.version, path);
  return identity.version;
}

async function withUpgradeLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = acquireUpgradeLock(file);
  try {
    return await work();
  } catch (error) {
    throw fileError(error, file, 'write');
  } finally {
    lock.release();
  }
}

function acquireUpgradeLock(file: string): WriterLock {
  try {
    return acquireWriterLock(file, 0);
  } catch (error) {
    const isHeld = error instanceof VarveError && error.code === 'SESSION_LOCKED';
    throw isHeld ? liveError(file, error.details) : error;
  }
}

async function upgradeLocked(
  file: string,
  { lineage, backupDir }: UpgradeArchiveOptions,
): Promise<{ from: number; backup?: string }> {
  const before = fingerprint(file);
  const state = inspectAtRest(file);
  const work = workFile(file, 'upgrading');
  removeWork(work);
  try {
    const from = await buildUpgraded(file, work, lineage);
    const backup = backupDir === undefined ? {} : { backup: keepBackup(file, backupDir) };
    if (fingerprint(file) !== before) throw changedError(file);
    replaceFile(file, work, state);
    return { from, ...backup };
  } finally {
    removeWork(work);
  }
}

function removeWork(work: string): void {
  for (const suffix of ['', ...leftoverSuffixes, '-shm']) durableFs.remove(work + suffix);
}

function liveError(path: string, details: Readonly<Record<string, unknown>>): VarveError {
  return new VarveError('SESSION_LIVE', 'a writer or another upgrade has the file open', {
    path,
    hint: 'close or seal the session first; openSession brings a live session to head',
    details,
  });
}

function changedError(path: string): VarveError {
  return new VarveError('FILE_CHANGED', 'the file changed while it was upgraded; the upgrade was discarded', {
    path,
    hint: 'find out what writes to the archive, then upgrade it again',
  });
}
