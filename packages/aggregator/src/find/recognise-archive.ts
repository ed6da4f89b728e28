import { type FileHeader, readHeader } from '@varve/core';
import { VarveError } from '@varve/schema';
import type { FoundFile } from './found-file.ts';
import { viewApplicationId } from './view-stamp.ts';

export interface RecognisedFile extends FoundFile {
  /** Undefined when only SQLite may look into the file. */
  readonly header: FileHeader | undefined;
}

const databaseEnding = /\.(db|sqlite|sqlite3)$/i;

/**
 * Tells a database by its magic. Returns the problem when a file that looks like a database by name, or was asked for,
 * is none; undefined for any other file, and for a unified view that was met on the way: it is told to `onView`.
 *
 * A file with SQLite's sidecars beside it may be open in this process, so it is taken for a database unread: closing a
 * descriptor of our own would drop the locks that this process has on it.
 * Source: https://www.sqlite.org/howtocorrupt.html §2.2
 */
export function recogniseArchive(
  file: FoundFile,
  onView: (view: RecognisedFile) => void = () => {},
): RecognisedFile | VarveError | undefined {
  if (file.sidecars.some((suffix) => suffix !== '-lock')) return { ...file, header: undefined };
  try {
    const recognised = { ...file, header: readHeader(file.path) };
    if (file.isNamed || recognised.header.applicationId !== viewApplicationId) return recognised;
    onView(recognised);
    return undefined;
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    const isOther = error.code === 'FILE_NOT_A_DATABASE' || error.code === 'FILE_EMPTY';
    return isOther && !isExpected(file) ? undefined : error;
  }
}

/** Whether it is a problem if the file is no database. */
export function isExpected({ path, isNamed }: FoundFile): boolean {
  return isNamed || databaseEnding.test(path);
}
