import type { Leftover } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { type Problem, problemOf } from '../work/index.ts';
import { FileList } from './file-list.ts';
import type { FoundFile } from './found-file.ts';
import { type RecognisedFile, recogniseArchive } from './recognise-archive.ts';
import { isSelected, type Selection } from './selection.ts';
import type { Archives } from './stream-archives.ts';
import { newNotes, streamFiles } from './stream-files.ts';

/** What a walk of this machine's files came upon. */
export interface ListedFiles extends Disposable {
  readonly count: number;
  list(): Iterable<FoundFile>;
  /** Of what cannot be searched, or looked at. */
  readonly problems: readonly Problem[];
}

/** In a list that has archives alone. */
export const archiveKind = 'archive';

/** Finds archives before the first of them is written to, which adds files and takes some away; none of them is in memory. */
export function listFiles(where: Archives, selection: Selection): ListedFiles {
  const files = new FileList();
  const { problems } = gatherArchives(files, where, selection);
  return {
    count: files.count([archiveKind]).files,
    list: () => files.list([archiveKind]),
    problems,
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

/** Tells of each that is there, and takes it in; returns what a walk comes upon beside archives. */
export function gatherArchives(
  into: FileList,
  where: Archives,
  selection: Selection,
  onFound: (file: RecognisedFile) => void = () => {},
): { readonly problems: readonly Problem[]; readonly leftovers: readonly Leftover[] } {
  const notes = newNotes();
  const unreadable: VarveError[] = [];
  for (const file of streamFiles(where, notes)) {
    const archive = isSelected(file, selection) ? recogniseArchive(file) : undefined;
    if (archive instanceof VarveError) unreadable.push(archive);
    else if (archive) {
      onFound(archive);
      into.add(archive, archiveKind);
    }
  }
  const problems = [...notes.problems, ...unreadable].map((error) => problemOf(error, error.path ?? ''));
  return { problems, leftovers: [...notes.leftovers.values()] };
}
