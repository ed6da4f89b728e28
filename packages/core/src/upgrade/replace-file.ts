import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { durableFs, leaveWal, lookBeside, openDatabase } from '../file/index.ts';
import { type FileAtRest, fingerprint, inspectAtRest } from '../source/index.ts';

/** Makes a finished file fit to take the place of another: its owner, mode and modification time, and on the disk. */
export async function finishReplacement(replacement: string, path: string): Promise<void> {
  dress(replacement, statSync(path));
  await durableFs.syncAside(replacement);
}

/**
 * Makes sure that a file is as it was, and takes what was left beside it into it, as any opening of it would: a WAL that
 * outlived the rename would be applied to the new file. From here to the rename nothing may be awaited.
 *
 * @throws FILE_CHANGED
 */
export function settleOriginal(path: string, before: Original): void {
  if (fingerprint(path) !== before.fingerprint) throw changedError(path);
  if (before.state.leftovers.length === 0) return;
  settle(path);
  if (inspectAtRest(path).kind === 'unsealed') throw changedError(path);
}

/** Renames a finished file over another, or to a free name, for good when it returns. */
export async function putInPlace(replacement: string, path: string): Promise<void> {
  const freed = durableFs.replace(replacement, path);
  await durableFs.syncDirAside(dirname(path));
  await freed;
}

/** What is to be replaced, as it was when the replacement was begun. */
export interface Original {
  readonly state: FileAtRest;
  /** By `fingerprint`. */
  readonly fingerprint: string;
}

export function inspectOriginal(path: string): Original {
  const beside = lookBeside(path);
  return { fingerprint: fingerprint(path, beside), state: inspectAtRest(path, beside) };
}

/** `inspectOriginal` of a file that was looked at before it was locked: `seen` itself where it has not changed since. */
export function inspectAgain(path: string, seen: Original): Original {
  return fingerprint(path) === seen.fingerprint ? seen : inspectOriginal(path);
}

function changedError(path: string): VarveError {
  return new VarveError(
    'FILE_CHANGED',
    'the file changed while its replacement was made, which was discarded',
    {
      path,
      hint: 'find out what writes to the archive, then try again',
    },
  );
}

function settle(path: string): void {
  const sqlite = openDatabase(path);
  try {
    leaveWal(sqlite, path);
  } finally {
    sqlite.close();
  }
}

function dress(replacement: string, stat: Stats): void {
  const own = statSync(replacement);
  if (own.uid !== stat.uid || own.gid !== stat.gid) durableFs.chown(replacement, stat.uid, stat.gid);
  durableFs.chmod(replacement, stat.mode);
  durableFs.utimes(replacement, stat.atime, stat.mtime);
}
