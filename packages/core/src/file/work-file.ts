import { createHmac } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { durableFs } from './durable-fs.ts';
import { lstatOf } from './look-beside.ts';
import { leftoverSuffixes, lockSuffix } from './sidecars.ts';
import { workSecret } from './work-secret.ts';

type Purpose = 'creating' | 'sealing' | 'upgrading';

/** What file systems take for a name at most; SQLite lays `-journal` beside it. */
const mostNameBytes = 255 - '-journal'.length;

/**
 * Where a file is prepared before it gets its name, in the folder where that name will be: under a name that nobody else
 * can guess, the same one in every run of this user.
 */
export function workFile(path: string, purpose: Purpose): string {
  const token = createHmac('sha256', workSecret())
    .update(`${purpose}\0${resolve(path)}`)
    .digest('hex')
    .slice(0, 16);
  const name = `.${basename(path)}.${token}.${purpose}`;
  const isShort = Buffer.byteLength(name) <= mostNameBytes;
  return join(dirname(path), isShort ? name : `.${token}.${purpose}`);
}

/** What varve puts beside files while it works on them, and a crash may leave: never an archive. */
export function isWorkFile(path: string): boolean {
  return (
    /^\.(?:.+\.)?[0-9a-f]{16}\.(creating|sealing|upgrading)$/s.test(basename(path)) ||
    path.endsWith(lockSuffix)
  );
}

export interface Leftover {
  /** The file that was prepared. */
  readonly work: string;
  /** The one whose place it was to take. */
  readonly of: string;
}

/** Half an upgrade, by its name or that of what SQLite laid beside it; whether it is one still under way is not said. */
export function leftoverUpgrade(path: string): Leftover | undefined {
  const found = /^(\.(.+)\.[0-9a-f]{16}\.upgrading)(-wal|-journal|-shm)?$/s.exec(basename(path));
  if (!found) return undefined;
  const [, work = '', of = ''] = found;
  return { work: join(dirname(path), work), of: join(dirname(path), of) };
}

/** The session that was being created under this name; undefined for any other name. */
export function createdFile(name: string): string | undefined {
  return /^\.(.+)\.[0-9a-f]{16}\.creating$/s.exec(name)?.[1];
}

/** Removes what was prepared, with what SQLite may have laid beside it: most often nothing, and to look is cheaper. */
export function removeWork(work: string): void {
  for (const suffix of ['', ...leftoverSuffixes, '-shm'])
    if (lstatOf(work + suffix)) durableFs.remove(work + suffix);
}
