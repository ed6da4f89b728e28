import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { durableFs } from './durable-fs.ts';
import type { FileAtRest } from './file-state.ts';
import { openDatabase } from './open-database.ts';
import { leaveWal } from './seal.ts';

/** Puts a finished file in the place of another: the same owner, mode and modification time, lasting when it returns. */
export function replaceFile(path: string, replacement: string, { kind }: FileAtRest): void {
  const stat = statSync(path);
  if (kind === 'unsealed') settle(path);
  dress(replacement, stat);
  durableFs.sync(replacement);
  durableFs.rename(replacement, path);
  durableFs.syncDir(dirname(path));
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
