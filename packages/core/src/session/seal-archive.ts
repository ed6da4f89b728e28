import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Lineage } from '@varve/migrations';
import { assertSound, durableFs, leaveWal, onFile, openDatabase, realPath } from '../file/index.ts';
import { acquireWriterLock } from '../lock/index.ts';
import {
  type FileAtRest,
  identifyForReading,
  inspectAtRest,
  inspectFile,
  openSource,
} from '../source/index.ts';

/** A program that has the file open for good is not waited for. */
const busyTimeoutMs = 200;

/**
 * Seals a file where it lies, whoever wrote it: what lies in a WAL beside it is taken in, WAL mode left, and the file
 * checked, made read-only and forced to the disk. False when it was sealed already. Its rows stay as they are, a session
 * that says it is running too; so does its modification time, unless something lay in a WAL.
 *
 * @throws SESSION_LOCKED while a writer has it open; FILE_BUSY while another program has; FILE_CORRUPT, FILE_READ_ONLY
 * and the codes of `openArchive`. The file is as it was then, or needs no more than to be sealed again.
 *
 * @example
 * ```ts
 * import { createSession, sealArchive } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * session.close();
 *
 * console.log(sealArchive(session.path, { lineage })); // true
 * console.log(sealArchive(session.path, { lineage })); // false
 * ```
 */
export function sealArchive(path: string, { lineage }: { readonly lineage: Lineage }): boolean {
  const file = realPath(path);
  const state = onFile(file, () => inspectFile(file));
  if (state.kind === 'sealed' && isReadOnly(statSync(file))) return false;
  const lock = acquireWriterLock(file, 0);
  try {
    onFile(file, () => sealLocked(file, lineage), 'write');
    return true;
  } finally {
    lock.release();
  }
}

function sealLocked(file: string, lineage: Lineage): void {
  const stat = statSync(file);
  const state = inspectAtRest(file);
  assertKnown(file, state, lineage);
  if (state.kind === 'unsealed') whileWritable(file, stat, () => settle(file));
  if (state.leftovers.length === 0) durableFs.utimes(file, stat.atime, stat.mtime);
  durableFs.chmod(file, stat.mode & 0o444);
  durableFs.sync(file);
  durableFs.syncDir(dirname(file));
}

/** Without a touch: what is damaged, or not understood, stays as it is, with what lies beside it. */
function assertKnown(path: string, state: FileAtRest, lineage: Lineage): void {
  const source = openSource(path, state);
  try {
    identifyForReading(source.sqlite, lineage, { path, newer: 'refuse' });
    assertSound(source.sqlite, path);
  } finally {
    source.close();
  }
}

function whileWritable(file: string, stat: Stats, work: () => void): void {
  if (isReadOnly(stat)) durableFs.chmod(file, stat.mode | 0o200);
  try {
    work();
  } finally {
    if (isReadOnly(stat)) durableFs.chmod(file, stat.mode);
  }
}

function settle(file: string): void {
  const sqlite = openDatabase(file, { busyTimeoutMs });
  try {
    // Takes back half a commit, where that lies beside it.
    sqlite.pragma('schema_version');
    leaveWal(sqlite, file);
  } finally {
    sqlite.close();
  }
}

function isReadOnly({ mode }: Stats): boolean {
  return (mode & 0o222) === 0;
}
