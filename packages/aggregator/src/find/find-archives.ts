import type { StoreUrl } from '@varve/core';
import type { Leftover } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { type RecognisedFile, recogniseArchive } from './recognise-archive.ts';
import { isSelected, type Selection } from './selection.ts';
import { type Archives, isInStore, streamArchives } from './stream-archives.ts';
import { newNotes, streamFiles } from './stream-files.ts';

export interface FoundArchive {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface FoundArchives {
  /** Sorted by path, each once. */
  readonly archives: readonly FoundArchive[];
  /** FILE_NOT_FOUND, FILE_UNREADABLE, FILE_EMPTY, FILE_NOT_A_DATABASE, FILE_CORRUPT; each with its path. */
  readonly problems: readonly VarveError[];
}

/**
 * Finds SQLite files, of any application, by their magic. Folders and buckets are searched through with all they hold.
 * Files without the magic are passed over in silence, unless they were named outright or end in .db, .sqlite or .sqlite3.
 * Symbolic links are followed when named, not when met on the way. Never throws. Where a bucket is named it takes asking
 * for: then what comes back is a promise.
 *
 * @param where Files, folders, globs, and `s3://bucket/prefix`.
 *
 * @example
 * ```ts
 * import { findArchives } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const { archives, problems } = findArchives('archives');
 * console.log(archives.length, problems.length); // 1 0
 * ```
 */
export function findArchives(where: StoreUrl | readonly StoreUrl[]): Promise<FoundArchives>;
export function findArchives(where: Archives): FoundArchives;
export function findArchives(where: Archives): FoundArchives | Promise<FoundArchives> {
  return isInStore(where) ? searchStores(where) : plainly(recogniseArchives(where));
}

async function searchStores(where: Archives): Promise<FoundArchives> {
  const notes = newNotes();
  const archives: RecognisedFile[] = [];
  for await (const file of streamArchives(where, notes)) archives.push(file);
  return plainly({ archives, problems: notes.problems });
}

function plainly({ archives, problems }: Pick<RecognisedArchives, 'archives' | 'problems'>): FoundArchives {
  return { archives: archives.map(({ path, sizeBytes }) => ({ path, sizeBytes })), problems };
}

export interface RecognisedArchives {
  readonly archives: readonly RecognisedFile[];
  readonly problems: readonly VarveError[];
  /** Unified views that were met on the way: they hold what archives hold, and are none. */
  readonly views: readonly RecognisedFile[];
  /** Halves of upgrades, under way or left by a killed run. */
  readonly leftovers: readonly Leftover[];
}

/** `findArchives` on this machine, with what reading the headers brought to light. */
export function recogniseArchives(where: Archives, selection: Selection = {}): RecognisedArchives {
  const notes = newNotes();
  const archives: RecognisedFile[] = [];
  const unreadable: VarveError[] = [];
  const views: RecognisedFile[] = [];
  // Of those that are not selected nothing is kept.
  for (const file of streamFiles(where, notes)) {
    if (!isSelected(file, selection)) continue;
    const recognised = recogniseArchive(file, (view) => views.push(view));
    if (recognised instanceof VarveError) unreadable.push(recognised);
    else if (recognised) archives.push(recognised);
  }
  const problems = [...notes.problems, ...unreadable];
  return { archives, problems, views, leftovers: [...notes.leftovers.values()] };
}
