import { basename, dirname, join } from 'node:path';
import { lockSuffix } from './writer-lock.ts';

type Purpose = 'creating' | 'sealing' | 'upgrading';

/** Where a file is prepared before it gets its name, in the folder where that name will be. */
export function workFile(path: string, purpose: Purpose): string {
  return join(dirname(path), `.${basename(path)}.${purpose}`);
}

/** What varve puts beside files while it works on them, and a crash may leave: never an archive. */
export function isWorkFile(path: string): boolean {
  return /^\..+\.(creating|sealing|upgrading)$/.test(basename(path)) || path.endsWith(lockSuffix);
}
