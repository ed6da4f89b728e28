import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { VarveError } from '@varve/schema/errors';

/** Below it nothing is asked before a copy is made. */
const smallBytes = 1 << 20;

/**
 * Copies a file to a name that must be free, as a clone where the file system can, its holes as holes.
 *
 * @throws FILE_READ_ONLY when there is no room for what the file really takes; what the system throws
 */
export function copyFile(from: string, to: string): void {
  const stat = fs.statSync(from);
  if (stat.size > smallBytes && cloneFile(from, to)) return;
  if (stat.size > smallBytes) assertRoom(from, takenBytes(stat), dirname(to));
  if (isMostlyHoles(stat)) copyWithHoles(from, to);
  else fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
}

/** `copyFile` without blocking the process. */
export async function copyFileAside(from: string, to: string): Promise<void> {
  const stat = fs.statSync(from);
  if (isMostlyHoles(stat)) return copyFile(from, to);
  const flags = fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL;
  if (stat.size > smallBytes) assertRoom(from, takenBytes(stat), dirname(to));
  await fs.promises.copyFile(from, to, flags);
}

function cloneFile(from: string, to: string): boolean {
  try {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE_FORCE | fs.constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    return false;
  }
}

function takenBytes({ size, blocks }: fs.Stats): number {
  // Windows tells no blocks.
  return blocks > 0 ? Math.min(size, blocks * 512) : size;
}

/** @throws DISK_FULL */
export function assertRoom(path: string, neededBytes: number, dir: string): void {
  const { bavail, bsize } = fs.statfsSync(dir);
  const freeBytes = bavail * bsize;
  if (neededBytes <= freeBytes) return;
  throw new VarveError(
    'DISK_FULL',
    `there is no room for a copy of it: ${neededBytes} bytes are needed in ${dir}, ${freeBytes} are free`,
    {
      path,
      hint: 'make room there, or name a folder on a larger disk by the variable TMPDIR',
      details: { neededBytes, freeBytes, dir },
    },
  );
}

function isMostlyHoles(stat: fs.Stats): boolean {
  return process.platform !== 'win32' && stat.size > 64 * smallBytes && takenBytes(stat) < stat.size / 2;
}

/** Node.js cannot ask where a file's holes are; the command of the system can. */
function copyWithHoles(from: string, to: string): void {
  // Made here, so that no name that is taken, nor a link, is written through.
  fs.closeSync(fs.openSync(to, 'wx', 0o600));
  const { status } = spawnSync('cp', ['--sparse=always', '-T', '--', from, to], { stdio: 'ignore' });
  const { size, mode } = fs.statSync(from);
  if (status === 0) {
    fs.chmodSync(to, mode & 0o777);
    return;
  }
  fs.rmSync(to, { force: true });
  throw new VarveError(
    'FILE_UNREADABLE',
    `most of its ${size} bytes are holes, which this system cannot copy`,
    {
      path: from,
      hint: 'make a file without holes of it: VACUUM INTO in the sqlite3 shell',
    },
  );
}
