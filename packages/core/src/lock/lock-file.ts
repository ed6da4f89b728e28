import { closeSync, lstatSync, openSync, writeSync } from 'node:fs';
import { VarveError } from '@varve/schema/errors';
import {
  type Database,
  isBusy,
  isNotADatabase,
  lockSuffix,
  lstatOf,
  onFile,
  openDatabase,
  openMemory,
  removeIfThere,
  unlessTooLong,
} from '../file/index.ts';

/** Makes a lock file that says whose it is, and leaves it open; undefined when there is one. */
export function createLockFile(lockPath: string): number | undefined {
  return onFile(
    lockPath,
    () => {
      let file: number | undefined;
      try {
        file = openSync(lockPath, 'wx');
        writeSync(file, lockImage());
        return file;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EEXIST') return undefined;
        if (code === 'ENAMETOOLONG') throw tooLong(lockPath);
        if (file !== undefined) closeSync(file);
        if (file !== undefined) removeIfThere(lockPath);
        throw error;
      }
    },
    'write',
  );
}

function tooLong(lockPath: string): VarveError {
  return new VarveError(
    'FILE_UNREADABLE',
    'its name is so long that nothing can lie beside it, as a lock must',
    {
      path: lockPath.slice(0, -lockSuffix.length),
      hint: 'give it a name of at most 240 bytes; it can be read as it is',
    },
  );
}

const openAttempts = 10;

/**
 * Undefined when the file is not there (any more). Between a failed attempt and a look at the file, another process
 * may make it anew, so one failure says nothing of a file that is there.
 */
export function openLock(lockPath: string, busyTimeoutMs: number): Database | undefined {
  for (let attempt = 1; ; attempt++) {
    assertLockFile(lockPath);
    try {
      return openDatabase(lockPath, { busyTimeoutMs, isTrusted: true });
    } catch (error) {
      if (inodeOf(lockPath) === undefined) return undefined;
      if (attempt === openAttempts) throw error;
    }
  }
}

/** Larger than any lock file of ours by far. */
const mostLockBytes = 65_536;

/** What lies under a lock's name may be planted: a pipe that nobody writes to, a link to a file that is not ours. */
function assertLockFile(lockPath: string): void {
  const stat = lstatOf(lockPath);
  if (!stat) return;
  const isOurs = stat.isFile() && stat.size <= mostLockBytes;
  if (isOurs && !lstatOf(`${lockPath}-journal`) && !lstatOf(`${lockPath}-wal`)) return;
  throw new VarveError('FILE_UNREADABLE', 'what lies under the name of its lock is no lock file', {
    path: lockPath,
    hint: 'look at it, and remove it if it is not yours: varve makes a lock anew',
  });
}

/**
 * Half a lock file, which a power failure leaves, is nobody's either. In a file that its maker has not written yet SQLite
 * begins a first page, for which it would lay a journal beside it: that is for others a name that is no lock's.
 */
export function tryBegin(sqlite: Database): boolean {
  try {
    sqlite.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    if (isNotADatabase(error)) return true;
    throw error;
  }
}

/** Undefined for a name that is free. */
export function inodeOf(path: string): bigint | undefined {
  return unlessTooLong(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }))?.ino;
}

let image: Buffer | undefined;

/** The smallest SQLite database there is, with this process's id as its `user_version`. */
function lockImage(): Buffer {
  image ??= makeImage();
  return image;
}

function makeImage(): Buffer {
  const sqlite = openMemory(`PRAGMA page_size = 512; PRAGMA user_version = ${process.pid}`);
  try {
    return sqlite.serialize();
  } finally {
    sqlite.close();
  }
}

/** Blocks the process. */
export function sleep(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
