import type { FoundFile } from '../find/index.ts';
import type { ArchiveOutcome, Problem, Tally } from '../work/index.ts';
import type { ArchiveEntries, KnownArchive } from './archive-entries.ts';
import { isViewMet } from './leave-out-views.ts';

/** How an archive fared whose rows are to be in a view, or in an answer. */
export interface ReadArchive extends ArchiveOutcome {
  /** `duplicate`: another archive holds all that it holds; `current`: it is as it was when it was read. */
  readonly state: 'unified' | 'duplicate' | 'current' | 'failed';
  /** The version at which it was read. */
  readonly version?: number;
  readonly problem?: Problem;
}

/** Tells of archives, as the table of archives has them, whoever wants to know: nobody else pays for it. */
export class ArchiveOutcomes {
  readonly #tally: Tally<ReadArchive>;
  readonly #entries: ArchiveEntries;

  constructor(tally: Tally<ReadArchive>, entries: ArchiveEntries) {
    this.#tally = tally;
    this.#entries = entries;
  }

  /** Aborted when no other archive is to be read. */
  get signal(): AbortSignal {
    return this.#tally.signal;
  }

  /** Of files that were read just now. */
  tellRead(files: readonly FoundFile[]): void {
    if (!this.#tally.isAsked) return;
    const known = this.#entries.findAll(files.map(({ path }) => path));
    for (const file of files) {
      const archive = known.get(file.path);
      // A view that lies among archives fails as one of them, and is forgotten.
      if (archive && !(archive.state === 'failed' && isViewMet(file))) this.#tell(archive, archive.state);
    }
  }

  /** Of one that is as it was. */
  tellKnown(archive: KnownArchive): void {
    if (this.#tally.isAsked) this.#tell(archive, 'current');
  }

  tellProblems(problems: readonly Problem[]): void {
    for (const problem of problems) this.#tally.add({ path: problem.path, state: 'failed', problem });
  }

  #tell({ path, version, state }: KnownArchive, told: KnownArchive['state'] | 'current'): void {
    const problem = state === 'failed' ? this.#entries.findProblem(path) : undefined;
    if (problem) this.#tally.add({ path, state: 'failed', problem });
    else if (told !== 'gone' && told !== 'failed')
      this.#tally.add({ path, state: told, ...(version !== null && { version }) });
  }
}
