import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { VarveError } from '@varve/schema';
import { durableFs } from './durable-fs.ts';
import { type FileAtRest, fingerprint, inspectAtRest } from './file-state.ts';
import { openDatabase } from './open-database.ts';
import { leaveWal } from './seal.ts';

/**
 * Puts a finished file in the place of another, which must be as it was: the same owner, mode and modification time,
 * lasting when it returns.
 *
 * @throws FILE_CHANGED
 */
export async function replaceFile(path: string, replacement: string, before: Original): Promise<void> {
  dress(replacement, statSync(path));
  await durableFs.syncAside(replacement);
  if (fingerprint(path) !== before.fingerprint) throw changedError(path);
  if (before.state.kind === 'unsealed') settle(path);
  durableFs.rename(replacement, path);
  await durableFs.syncDirAside(dirname(path));
}

/** What is to be replaced, as it was when the replacement was begun. */
export interface Original {
  readonly state: FileAtRest;
  /** By `fingerprint`. */
  readonly fingerprint: string;
}

export function inspectOriginal(path: string): Original {
  return { fingerprint: fingerprint(path), state: inspectAtRest(path) };
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

/**
 * Takes what was left beside a file into it, as any opening of it would: a WAL that outlived the rename would be
 * applied to the new file.
 */
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
