import * as fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { copyFile, copyFileAside } from './copy-file.ts';
import { removeIfThere } from './remove-if-there.ts';

/** The operations by which files of sessions come, move and go. One place, so that tests can let any of them fail. */
export const durableFs = {
  /** Makes a folder, and those above it, that last. */
  makeDir,
  /** To a name that is free. */
  copy: copyFile,
  /** `copy` without blocking the process. */
  copyAside: copyFileAside,
  link: fs.linkSync,
  rename: fs.renameSync,
  /** `rename`, done when it returns; its promise waits until the disk has the room of a file that had the name. */
  replace,
  remove: removeIfThere,
  chmod: fs.chmodSync,
  chown: fs.chownSync,
  utimes: fs.utimesSync,
  /** Writes a new file that only its owner may read, not yet forced to the disk. */
  stage: (path: string, bytes: Uint8Array): void => writeNew(path, bytes, { mode: 0o600 }),
  /** `write`, but not yet forced to the disk: returns the open file, which is to be closed as one that `hold` has opened. */
  stageHeld,
  /** Writes some bytes into a file, not yet forced to the disk. */
  overwrite,
  /** Writes a new file and forces it to the disk. */
  write: (path: string, bytes: Uint8Array): void => writeNew(path, bytes, { flush: true }),
  /** Forces a file's bytes to the disk. */
  sync: (path: string): void => syncPath(path, process.platform === 'win32' ? 'r+' : 'r'),
  /** `sync` without blocking the process. */
  syncAside,
  /** Opens a file to force it to the disk later: closing it drops the locks that this process has on the file. */
  hold: (path: string): number => fs.openSync(path, 'r+'),
  /** `overwrite` in a file that is held. */
  overwriteHeld: (file: number, bytes: Uint8Array, position: number): void => {
    fs.writeSync(file, bytes, 0, bytes.length, position);
  },
  /** Forces the bytes of a file that is held to the disk. */
  syncHeld: fs.fsyncSync,
  /** `syncHeld` without blocking the process. */
  syncHeldAside: (file: number): Promise<void> => fsyncAside(file),
  /** Forces a folder's entries to the disk: what makes a rename last. */
  syncDir,
  /** `syncDir` without blocking the process, once for all that ask for it while it is under way. */
  syncDirAside,
};

function overwrite(path: string, bytes: Uint8Array, position: number): void {
  const file = fs.openSync(path, 'r+');
  try {
    fs.writeSync(file, bytes, 0, bytes.length, position);
  } finally {
    fs.closeSync(file);
  }
}

/** What a crash has left under the name goes first; a link that lies there is not followed. */
function writeNew(path: string, bytes: Uint8Array, options: { mode?: number; flush?: boolean }): void {
  try {
    fs.writeFileSync(path, bytes, { ...options, flag: 'wx' });
  } catch (error) {
    // Most often nothing is there, and to be told so by an error takes longer than to write a small file.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    durableFs.remove(path);
    fs.writeFileSync(path, bytes, { ...options, flag: 'wx' });
  }
}

const closeAside = promisify(fs.close);

/** A file that is still open keeps its room: to give that back may take a disk longer than to write another file. */
function replace(path: string, target: string): Promise<void> {
  const replaced = openIfThere(target);
  try {
    fs.renameSync(path, target);
  } catch (error) {
    if (replaced !== undefined) fs.closeSync(replaced);
    throw error;
  }
  // It was not written to: to close it cannot lose anything.
  return replaced === undefined ? Promise.resolve() : closeAside(replaced).catch(() => {});
}

/** Undefined also where an open file could not be replaced. */
function openIfThere(path: string): number | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    return fs.openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function stageHeld(path: string, bytes: Uint8Array): number {
  durableFs.remove(path);
  const file = fs.openSync(path, 'wx+');
  try {
    fs.writeFileSync(file, bytes);
    return file;
  } catch (error) {
    fs.closeSync(file);
    durableFs.remove(path);
    throw error;
  }
}

function makeDir(path: string): void {
  const first = fs.mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  const end = dirname(resolve(first));
  for (let dir = resolve(path); dir !== end; dir = dirname(dir)) syncDir(dirname(dir));
}

function syncDir(path: string): void {
  // Windows cannot open a folder for that; NTFS keeps its entries in a journal of its own.
  if (process.platform !== 'win32') syncPath(path, 'r');
}

function syncPath(path: string, flags: string): void {
  const file = fs.openSync(path, flags);
  try {
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

const fsyncAside = promisify(fs.fsync);

async function syncAside(path: string): Promise<void> {
  const file = fs.openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await fsyncAside(file);
  } finally {
    fs.closeSync(file);
  }
}

/** By folder: the sync that has not begun yet, and the one under way. */
const waiting = new Map<string, Promise<void>>();
const running = new Map<string, Promise<void>>();

/** A sync under way may have begun before the caller's rename: the next one is the caller's, and everybody else's. */
function syncDirAside(path: string): Promise<void> {
  const shared = waiting.get(path);
  if (shared) return shared;
  const next = Promise.resolve(running.get(path)?.catch(() => {})).then(async () => {
    waiting.delete(path);
    const sync = process.platform === 'win32' ? Promise.resolve() : syncAside(path);
    running.set(path, sync);
    await sync.finally(() => running.get(path) === sync && running.delete(path));
  });
  waiting.set(path, next);
  return next;
}
