import {
  type Archives,
  archiveKind,
  type FileCount,
  FileList,
  type FoundFile,
  gatherArchives,
  type RecognisedFile,
  type Selection,
} from '../find/index.ts';
import type { Problem } from '../work/index.ts';
import type { UpgradeTask } from './upgrade-file.ts';

/** The files of a bulk upgrade, however many; those set aside are not tried again. */
export class UpgradeQueue implements Disposable {
  readonly #files = new FileList();
  readonly #setAside: ReadonlyMap<string, Problem>;

  constructor(setAside: readonly Problem[]) {
    this.#setAside = new Map(setAside.map((problem) => [problem.path, problem]));
  }

  /** Takes in what is there, and tells of each that is a task; returns what a walk comes upon beside archives. */
  fill(where: Archives, selection: Selection, onTask: (task: UpgradeTask, file: RecognisedFile) => void) {
    return gatherArchives(this.#files, where, selection, (file) => {
      if (!this.#setAside.has(file.path)) onTask(toTask(file), file);
    });
  }

  count(): FileCount {
    return this.#files.count([archiveKind]);
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
