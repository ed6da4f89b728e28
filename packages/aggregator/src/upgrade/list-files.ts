import { VarveError } from '@varve/schema';
import {
  type Archives,
  FileList,
  type FoundFile,
  isSelected,
  newNotes,
  recogniseArchive,
  type Selection,
  streamFiles,
} from '../find/index.ts';
import { type Problem, problemOf } from '../work/index.ts';

/** What a walk of this machine's files came upon. */
export interface ListedFiles extends Disposable {
  readonly count: number;
  list(): Iterable<FoundFile>;
  /** Of what cannot be searched, or looked at. */
  readonly problems: readonly Problem[];
}

const kind = 'archive';

/** Finds archives before the first of them is written to, which adds files and takes some away; none of them is in memory. */
export function listFiles(where: Archives, selection: Selection): ListedFiles {
  const files = new FileList();
  const notes = newNotes();
  const unreadable: VarveError[] = [];
  for (const file of streamFiles(where, notes)) {
    const archive = isSelected(file, selection) ? recogniseArchive(file) : undefined;
    if (archive instanceof VarveError) unreadable.push(archive);
    else if (archive) files.add(archive, kind);
  }
  return {
    count: files.count([kind]).files,
    list: () => files.list([kind]),
    problems: [...notes.problems, ...unreadable].map((error) => problemOf(error, error.path ?? '')),
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}
