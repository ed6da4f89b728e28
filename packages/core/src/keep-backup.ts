import { basename, join } from 'node:path';
import { VarveError } from '@varve/schema';
import { durableFs } from './durable-fs.ts';
import { leftoverSuffixes, statOf } from './file-state.ts';
import { copyInto, isSameContent } from './move-into.ts';

/**
 * Keeps a copy of a file, with what was left beside it, in a folder. The copy is compared with the original and never
 * takes the place of another file; a backup that is there already, byte for byte, will do. Returns its path.
 *
 * @throws ARCHIVE_EXISTS
 */
export function keepBackup(path: string, backupDir: string): string {
  durableFs.makeDir(backupDir);
  const backup = join(backupDir, basename(path));
  // The database comes last: a backup that can be seen is complete.
  for (const suffix of [...leftoverSuffixes, '']) {
    if (suffix === '' || statOf(path + suffix)) keepFile(path + suffix, backup + suffix);
  }
  durableFs.syncDir(backupDir);
  return backup;
}

function keepFile(path: string, backup: string): void {
  copyInto(path, backup);
  if (isSameContent(path, backup)) return;
  throw new VarveError('ARCHIVE_EXISTS', `the backup folder holds another ${basename(backup)}`, {
    path,
    hint: 'back up into an empty folder; the archive was not upgraded',
    details: { backup },
  });
}
