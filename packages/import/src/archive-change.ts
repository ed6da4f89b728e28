import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { VarveError } from '@varve/schema';
import { type ImportedArchive, readImported } from './archive/index.ts';

/**
 * What becomes of an archive, given what was read of its session. The same logs give other rows where one of their kin,
 * which tells whose records are whose, has come or changed.
 *
 * @throws ARCHIVE_EXISTS for a file that no import has made
 */
export function changeOf(path: string, read: ImportedArchive): 'added' | 'changed' | 'unchanged' {
  if (!existsSync(path)) return 'added';
  const before = readImported(path);
  if (!before || before.sources.length === 0) throw existsError(path);
  return signatureOf(before) === signatureOf(read) ? 'unchanged' : 'changed';
}

/**
 * A log that an archive was made of and that is gone, while others that it was made of are there: what it told stands in the
 * archive alone, so that nothing may take its place.
 *
 * @param logs Those that are read now.
 */
export function goneLog(path: string, logs: ReadonlySet<string>): VarveError | undefined {
  const before = existsSync(path) ? (readImported(path)?.sources ?? []) : [];
  if (!before.some((source) => logs.has(source.path))) return undefined;
  const gone = before.find((source) => !logs.has(source.path) && !existsSync(source.path));
  if (!gone) return undefined;
  return new VarveError('FILE_NOT_FOUND', `the log is gone that ${basename(path)} was made of, with others`, {
    path: gone.path,
    hint: 'put it back, or import into another folder: the archive stays as it is, without what the others tell since',
  });
}

function signatureOf({ sources, parents, rows }: ImportedArchive): string {
  const logs = sources.map(({ format, hash, importerVersion }) => `${format} ${hash} ${importerVersion}`);
  const { parentSessionId, parentCallSeq, parentToolCallId } = parents;
  return JSON.stringify([logs.sort(), parentSessionId, parentCallSeq, parentToolCallId, rows]);
}

function existsError(path: string): VarveError {
  return new VarveError('ARCHIVE_EXISTS', 'the folder holds a file of this name that was not imported', {
    path,
    hint: 'import into another folder; the file was not changed',
  });
}
