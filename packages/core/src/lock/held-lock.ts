import { closeSync, fstatSync, linkSync, utimesSync } from 'node:fs';
import { type Database, lockSuffix, removeIfThere } from '../file/index.ts';
import { inodeOf, openLock, sleep, tryBegin } from './lock-file.ts';

export interface WriterLock {
  /** Lets go of the lock and removes its file. */
  release(): void;
}

export interface SharableLock extends WriterLock {
  /**
   * Takes the lock of another file by giving the lock file that name as well, which is cheaper than to make one; both
   * are then said to be held since now. Undefined where the name is taken or cannot be given.
   */
  share(path: string): SharableLock | undefined;
}

/** A locked file, as long as it has a name. */
interface HeldFile {
  readonly names: Set<string>;
  readonly sqlite: Database;
  readonly inode: bigint;
}

/** A lock is let go of by `release` alone: not by the garbage collector, when a program keeps only `session.db`. */
const held = new Set<HeldFile>();

/**
 * Locks a file that this process has made, and closes it: SQLite has it open. Without a result, another process has taken
 * it for a dead writer's.
 */
export function lockOwnFile(lockPath: string, file: number): SharableLock | undefined {
  const { sqlite, inode } = openOwn(lockPath, file);
  if (!sqlite) return undefined;
  try {
    if (holdsWhileNamed(sqlite, lockPath, inode))
      return nameLock(lockPath, { names: new Set(), sqlite, inode });
  } catch (error) {
    sqlite.close();
    throw error;
  }
  sqlite.close();
  return undefined;
}

/**
 * Opens the file by its name. While either has it open, no other file has its inode. The descriptor goes before anything
 * is locked: closing it later would drop the process's locks (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
function openOwn(
  lockPath: string,
  file: number,
): { readonly sqlite: Database | undefined; readonly inode: bigint } {
  let sqlite: Database | undefined;
  try {
    const { ino: inode } = fstatSync(file, { bigint: true });
    sqlite = openLock(lockPath, 0);
    if (!sqlite || inodeOf(lockPath) === inode) return { sqlite, inode };
    sqlite.close();
    return { sqlite: undefined, inode };
  } catch (error) {
    sqlite?.close();
    throw error;
  } finally {
    closeSync(file);
  }
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

function nameLock(lockPath: string, lock: HeldFile): SharableLock {
  held.add(lock);
  lock.names.add(lockPath);
  return {
    release: () => release(lockPath, lock),
    share: (path) => linkLock(path + lockSuffix, lock),
  };
}

function linkLock(lockPath: string, lock: HeldFile): SharableLock | undefined {
  const [name] = lock.names;
  // Windows can remove closed files only, so no name without the others.
  if (name === undefined || process.platform === 'win32') return undefined;
  try {
    linkSync(name, lockPath);
  } catch {
    return undefined;
  }
  try {
    // Whoever removes lock files by hand may have put another under that name.
    if (inodeOf(lockPath) === lock.inode) {
      const now = new Date();
      utimesSync(lockPath, now, now);
      return nameLock(lockPath, lock);
    }
  } catch {}
  removeDeadLock(lockPath);
  return undefined;
}

/** While it is locked nobody may take the file's name, so it goes first; Windows can remove closed files only. */
function release(lockPath: string, lock: HeldFile): void {
  lock.names.delete(lockPath);
  if (process.platform !== 'win32') removeDeadLock(lockPath);
  if (lock.names.size > 0) return;
  held.delete(lock);
  lock.sqlite.close();
  if (process.platform === 'win32') removeDeadLock(lockPath);
}

/** A lock file that cannot be removed is as a dead writer leaves it: the next one removes it. */
function removeDeadLock(lockPath: string): void {
  try {
    removeIfThere(lockPath);
  } catch {}
}
