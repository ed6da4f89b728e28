import { basename, join } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { copyInto, durableFs, isSameContent } from '../file/index.ts';

/**
 * Keeps a copy of a file, which has nothing beside it, in a folder. The copy is compared with the original and never
 * takes the place of another file; a backup that is there already, byte for byte, will do. Returns its path.
 *
 * @throws ARCHIVE_EXISTS
 */
export function keepBackup(path: string, backupDir: string): string {
  durableFs.makeDir(backupDir);
  const backup = join(backupDir, basename(path));
  copyInto(path, backup);
  durableFs.syncDir(backupDir);
  if (isSameContent(path, backup)) return backup;
  throw new VarveError('ARCHIVE_EXISTS', `the backup folder holds another ${basename(backup)}`, {
    path,
    hint: 'back up into an empty folder; the archive was not upgraded',
    details: { backup },
  });
}
