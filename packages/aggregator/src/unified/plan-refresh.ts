import { lstatSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { VarveError } from '@varve/schema';
import {
  type FoundFile,
  type FoundFiles,
  isExpected,
  isOutOfSight,
  isRemote,
  recogniseArchive,
} from '../find/index.ts';
import type { KnownArchive } from './archive-entries.ts';

export interface RefreshPlan {
  readonly toRead: readonly FoundFile[];
  /** Archives that are no longer there, and that the view does not know as such. */
  readonly gone: readonly KnownArchive[];
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly problems: readonly VarveError[];
}

/**
 * These may pass without a change to the file, so it is tried again. Where the disk cannot read a page, SQLite calls the
 * file corrupt: https://www.sqlite.org/rescode.html#ioerr_corruptfs
 */
const passingCodes = new Set([
  'FILE_UNREADABLE',
  'FILE_NOT_FOUND',
  'FILE_BUSY',
  'FILE_CHANGED',
  'FILE_CORRUPT',
]);

/**
 * Compares what lies there with what the view has seen, by path, size and time. Looks only into files that
 * are new or changed, and whose names do not tell that they are archives.
 */
export function planRefresh(
  found: FoundFiles,
  knownArchives: readonly KnownArchive[],
  unifiedFile: string | undefined,
  keepsGone = false,
): RefreshPlan {
  /** Those that no file was found for yet. */
  const missing = new Map(knownArchives.map((archive) => [archive.path, archive]));
  const own = unifiedFile && realpathSync(unifiedFile);
  const problems = [...found.problems];
  const toRead: FoundFile[] = [];
  let [changed, unchanged] = [0, 0];
  for (const file of found.files.map(withWal)) {
    const before = missing.get(file.path);
    if (isUnchanged(file, before)) {
      missing.delete(file.path);
      unchanged += 1;
      continue;
    }
    if (own && !isRemote(file) && basename(file.path) === basename(own) && realpathSync(file.path) === own)
      continue;
    // Whoever reads it says what is wrong with it.
    const recognised = isExpected(file) || isRemote(file) ? file : recogniseArchive(file);
    if (recognised instanceof VarveError) problems.push(recognised);
    else if (recognised) {
      missing.delete(file.path);
      toRead.push(file);
      if (before && before.state !== 'gone') changed += 1;
    }
  }
  const gone = [...missing.values()].filter(
    ({ path, state }) => !isOutOfSight(path, found.problems) && !(keepsGone && state === 'gone'),
  );
  return { toRead, gone, added: toRead.length - changed, changed, unchanged, problems };
}

function isUnchanged(file: FoundFile, before: KnownArchive | undefined): boolean {
  if (!before || before.state === 'gone') return false;
  const isSame = file.sizeBytes === before.sizeBytes && file.mtimeMs === before.mtimeMs;
  return isSame && !passingCodes.has(before.errorCode ?? '');
}

/** A session that is being written grows in its WAL. */
export function withWal(file: FoundFile): FoundFile {
  if (!file.sidecars.includes('-wal')) return file;
  const wal = lstatSync(`${file.path}-wal`, { throwIfNoEntry: false });
  // Of what is no file, whoever reads the archive says so.
  if (!wal?.isFile()) return file;
  return { ...file, sizeBytes: file.sizeBytes + wal.size, mtimeMs: Math.max(file.mtimeMs, wal.mtimeMs) };
}
