import { closeSync, fstatSync, statSync } from 'node:fs';
import { VarveError } from '@varve/schema';
import { onFile } from './file-error.ts';
import { createLockFile, inodeOf, lockSuffix, openLock, tryBegin } from './lock-file.ts';
import { type Database, defaultBusyTimeoutMs } from './open-database.ts';
import { removeIfThere } from './remove-if-there.ts';

/** Who holds the writer lock of a session. */
export interface LockHolder {
  readonly pid: number;
  readonly sinceMs: number;
}

export interface WriterLock {
  /** Lets go of the lock and removes its file. */
  release(): void;
}

/** A lock is let go of by `release` alone: not by the garbage collector, when a program keeps only `session.db`. */
const held = new Set<Database>();

const pollMs = 10;
/** Longer than another process's look at the lock takes, which holds it for a moment. */
const probeTimeoutMs = 20;

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
export function acquireWriterLock(path: string, busyTimeoutMs = defaultBusyTimeoutMs): WriterLock {
  return onFile(path, () => waitForLock(path, busyTimeoutMs), 'write');
}

function waitForLock(path: string, busyTimeoutMs: number): WriterLock {
  for (;;) {
    const lock = tryLock(path + lockSuffix);
    if (lock) return lock;
    const holder = lockHolder(path);
    if (!holder) continue;
    const isWorthWaiting = holder.pid !== process.pid && Date.now() < holder.sinceMs + busyTimeoutMs;
    if (!isWorthWaiting) throw lockedError(path, holder);
    sleep(pollMs);
  }
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
    const sinceMs = statSync(lockPath, { throwIfNoEntry: false })?.mtimeMs;
    return sinceMs === undefined ? undefined : { pid, sinceMs };
  } finally {
    sqlite.close();
  }
}

/** One attempt. Without a result, somebody has the lock, or has just let go of it, or a dead writer's file was removed. */
function tryLock(lockPath: string): WriterLock | undefined {
  const file = createLockFile(lockPath);
  return file === undefined ? clearDeadLock(lockPath) : lockOwnFile(lockPath, file);
}

/**
 * `file` stays open as long as the lock: closing it would drop the process's locks on the file
 * (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
function lockOwnFile(lockPath: string, file: number): WriterLock | undefined {
  let sqlite: Database | undefined;
  try {
    const { ino } = fstatSync(file, { bigint: true });
    sqlite = openLock(lockPath, 0);
    if (sqlite && holdsWhileNamed(sqlite, lockPath, ino)) return holdLock(lockPath, sqlite, file);
  } catch (error) {
    letGo(sqlite, file);
    throw error;
  }
  letGo(sqlite, file);
  return undefined;
}

/** Between making the file and locking it, another process may take it for a dead writer's and remove it. */
function holdsWhileNamed(sqlite: Database, lockPath: string, inode: bigint): boolean {
  for (;;) {
    const isLocked = tryBegin(sqlite);
    if (inodeOf(lockPath) !== inode) return false;
    if (isLocked) return true;
    sleep(1);
  }
}

function holdLock(lockPath: string, sqlite: Database, file: number): WriterLock {
  held.add(sqlite);
  return { release: () => release(lockPath, sqlite, file) };
}

function letGo(sqlite: Database | undefined, file: number): void {
  sqlite?.close();
  closeSync(file);
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

/** While it is locked nobody may take the file's name, so it goes first; Windows can remove closed files only. */
function release(lockPath: string, sqlite: Database, file: number): void {
  held.delete(sqlite);
  if (process.platform !== 'win32') removeDeadLock(lockPath);
  letGo(sqlite, file);
  if (process.platform === 'win32') removeDeadLock(lockPath);
}

/** A lock file that cannot be removed is as a dead writer leaves it: the next one removes it. */
function removeDeadLock(lockPath: string): void {
  try {
    removeIfThere(lockPath);
  } catch {}
}

function sleep(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
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
