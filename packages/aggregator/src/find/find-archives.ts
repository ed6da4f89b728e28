import { VarveError } from '@varve/schema';
import { type RecognisedFile, recogniseArchive } from './recognise-archive.ts';
import { walkFiles } from './walk-files.ts';

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
 * Finds SQLite files, of any application, by their magic. Folders are searched through with all they hold. Files
 * without the magic are passed over in silence, unless they were named outright or end in .db, .sqlite or .sqlite3.
 * Symbolic links are followed when named, not when met on the way. Never throws.
 *
 * @param where Files, folders and globs.
 */
export function findArchives(where: string | readonly string[]): FoundArchives {
  const { archives, problems } = recogniseArchives(where);
  return { archives: archives.map(({ path, sizeBytes }) => ({ path, sizeBytes })), problems };
}

/** `findArchives` with what reading the headers brought to light. */
export function recogniseArchives(where: string | readonly string[]): {
  readonly archives: readonly RecognisedFile[];
  readonly problems: readonly VarveError[];
  /** Files that are gone, though half an upgrade of them is there. */
  readonly vanished: readonly string[];
} {
  const found = walkFiles(where);
  const archives: RecognisedFile[] = [];
  const problems = [...found.problems];
  for (const file of found.files) {
    const recognised = recogniseArchive(file);
    if (recognised instanceof VarveError) problems.push(recognised);
    else if (recognised) archives.push(recognised);
  }
  return { archives, problems, vanished: found.vanished };
}
