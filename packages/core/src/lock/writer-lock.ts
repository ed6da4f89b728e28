import { VarveError } from '@varve/schema/errors';
import {
  defaultBusyTimeoutMs,
  isRunning,
  lockSuffix,
  lookBeside,
  lstatOf,
  onFile,
  removeIfThere,
} from '../file/index.ts';
import { lockOwnFile, type SharableLock, type WriterLock } from './held-lock.ts';
import { createLockFile, inodeOf, openLock, sleep, tryBegin } from './lock-file.ts';

/** Who holds the writer lock of a session. */
export interface LockHolder {
  readonly pid: number;
  readonly sinceMs: number;
}

const pollMs = 10;
/** Longer than another process's look at the lock takes, which holds it for a moment. */
const probeTimeoutMs = 20;
/** How long a lock that changes hands all the time is tried for. */
const contentionMs = 1000;

/**
 * Takes the lock of a session's one writer: a transaction held open on a small SQLite file beside the session. The
 * operating system lets go of it when the process dies, so no lock outlives its writer, and SQLite keeps connections
 * of one process apart too. `user_version` in the file says whose it is.
 *
 * A holder that took it less than `busyTimeoutMs` ago is waited for: it may only be bringing the file to head. A
 * writer that has had it for longer is not, nor is one in this process.
 *
 * @throws SESSION_LOCKED with `details.pid` and `details.since`; FILE_READ_ONLY
 */
export function acquireWriterLock(path: string, busyTimeoutMs = defaultBusyTimeoutMs): SharableLock {
  return onFile(path, () => waitForLock(path, busyTimeoutMs), 'write');
}

function waitForLock(path: string, busyTimeoutMs: number): SharableLock {
  lookBeside(path);
  // A clock that is set back, or a lock file from the future, must not make this wait for ever.
  const startedMs = performance.now();
  const hasTime = (timeoutMs: number) => performance.now() - startedMs < timeoutMs;
  for (;;) {
    const lock = tryLock(path + lockSuffix);
    if (lock) return lock;
    const holder = lockHolder(path);
    if (!holder && hasTime(Math.max(busyTimeoutMs, contentionMs))) continue;
    if (!holder) throw contendedError(path);
    if (!isWaitedFor(holder, busyTimeoutMs) || !hasTime(busyTimeoutMs)) throw lockedError(path, holder);
    sleep(pollMs);
  }
}

/**
 * What a dead writer left is held for the moment in which another process removes it, and what has just been made says
 * no process yet.
 */
function isWaitedFor({ pid, sinceMs }: LockHolder, busyTimeoutMs: number): boolean {
  if (pid === process.pid) return false;
  return Date.now() < sinceMs + busyTimeoutMs || !isRunning(pid);
}

/** Takes the lock for a writer to be made, and lets go of it when none is. */
export function withWriterLock<T>(path: string, busyTimeoutMs: number, open: (lock: WriterLock) => T): T {
  const lock = acquireWriterLock(path, busyTimeoutMs);
  try {
    return open(lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Who holds the writer lock now; undefined when nobody does. */
export function lockHolder(path: string): LockHolder | undefined {
  const lockPath = path + lockSuffix;
  if (inodeOf(lockPath) === undefined) return undefined;
  const sqlite = openLock(lockPath, probeTimeoutMs);
  if (!sqlite) return undefined;
  try {
    if (tryBegin(sqlite)) return undefined;
    const pid = Number(sqlite.pragma('user_version', { simple: true }));
    const sinceMs = lstatOf(lockPath)?.mtimeMs;
    return sinceMs === undefined ? undefined : { pid, sinceMs };
  } finally {
    sqlite.close();
  }
}

/** One attempt. Without a result, somebody has the lock, or has just let go of it, or a dead writer's file was removed. */
function tryLock(lockPath: string): SharableLock | undefined {
  const file = createLockFile(lockPath);
  return file === undefined ? clearDeadLock(lockPath) : lockOwnFile(lockPath, file);
}

/** Removes the lock file of a writer that died. Only who holds the lock on it may, and only while it has this name. */
function clearDeadLock(lockPath: string): undefined {
  const inode = inodeOf(lockPath);
  const sqlite = openLock(lockPath, 0);
  if (!sqlite) return;
  try {
    if (tryBegin(sqlite) && inodeOf(lockPath) === inode) removeIfThere(lockPath);
  } finally {
    sqlite.close();
  }
}

function contendedError(path: string): VarveError {
  return new VarveError('FILE_BUSY', 'its lock is taken and let go of by others all the time', {
    path,
    hint: 'try again when they have finished',
  });
}

function lockedError(path: string, { pid, sinceMs }: LockHolder): VarveError {
  const since = new Date(sinceMs).toISOString();
  const owner = pid === process.pid ? 'this process' : `process ${pid}`;
  return new VarveError('SESSION_LOCKED', `${owner} has had this session open for writing since ${since}`, {
    path,
    hint: 'close the session there first, or read it beside its writer with readSession',
    details: { pid, since },
  });
}
