import { basename, dirname, join } from 'node:path';
import { durableFs } from './durable-fs.ts';
import { lstatOf } from './look-beside.ts';
import { leftoverSuffixes, lockSuffix } from './sidecars.ts';

type Purpose = 'creating' | 'sealing' | 'upgrading';

/** Where a file is prepared before it gets its name, in the folder where that name will be. */
export function workFile(path: string, purpose: Purpose): string {
  return join(dirname(path), `.${basename(path)}.${purpose}`);
}

/** What varve puts beside files while it works on them, and a crash may leave: never an archive. */
export function isWorkFile(path: string): boolean {
  return /^\..+\.(creating|sealing|upgrading)$/s.test(basename(path)) || path.endsWith(lockSuffix);
}

/** The file for which this was prepared; undefined for what is no half-made upgrade. */
export function upgradedFile(work: string): string | undefined {
  const name = /^\.(.+)\.upgrading(-wal|-journal|-shm)?$/s.exec(basename(work))?.[1];
  return name === undefined ? undefined : join(dirname(work), name);
}

/** Removes what was prepared, with what SQLite may have laid beside it: most often nothing, and to look is cheaper. */
export function removeWork(work: string): void {
  for (const suffix of ['', ...leftoverSuffixes, '-shm'])
    if (lstatOf(work + suffix)) durableFs.remove(work + suffix);
}
