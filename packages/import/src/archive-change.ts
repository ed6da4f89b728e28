import { existsSync } from 'node:fs';
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
