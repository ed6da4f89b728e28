import { VarveError } from '@varve/schema';
import {
  type FileCount,
  FileList,
  type FoundFile,
  isSelected,
  newNotes,
  recogniseArchive,
  type Selection,
  streamFiles,
} from '../find/index.ts';
import { type Problem, problemOf } from '../work/index.ts';
import type { UpgradeTask } from './upgrade-file.ts';

const archive = 'archive';

/** The files of a bulk upgrade, however many; those set aside are not tried again. */
export class UpgradeQueue implements Disposable {
  readonly #files = new FileList();
  readonly #setAside: ReadonlyMap<string, Problem>;

  constructor(setAside: readonly Problem[]) {
    this.#setAside = new Map(setAside.map((problem) => [problem.path, problem]));
  }

  /** Takes in what is there; returns what a walk comes upon beside archives. */
  fill(where: readonly string[], selection: Selection) {
    const notes = newNotes();
    const unreadable: VarveError[] = [];
    for (const file of streamFiles(where, notes)) {
      const recognised = isSelected(file, selection) ? recogniseArchive(file) : undefined;
      if (recognised instanceof VarveError) unreadable.push(recognised);
      else if (recognised) this.#files.add(recognised, archive);
    }
    const problems = [...notes.problems, ...unreadable].map((error) => problemOf(error, error.path ?? ''));
    return { problems, leftovers: [...notes.leftovers.values()] };
  }

  count(): FileCount {
    return this.#files.count([archive]);
  }

  *listSetAside(): Generator<{ readonly task: UpgradeTask; readonly problem: Problem }> {
    for (const [path, problem] of this.#setAside) {
      const file = this.#files.find(path)?.file;
      if (file) yield { task: toTask(file), problem };
    }
  }

  /** The largest first, so that no worker is left alone with it at the end. */
  *tasks(isMeant: (task: UpgradeTask) => boolean = () => true): Generator<UpgradeTask> {
    for (const file of this.#files.listLargestFirst())
      if (!this.#setAside.has(file.path) && isMeant(file)) yield toTask(file);
  }

  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
  }
}

function toTask({ path, relativePath, sizeBytes }: FoundFile): UpgradeTask {
  return { path, relativePath, sizeBytes };
}
