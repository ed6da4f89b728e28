import type { Problem } from './problem.ts';

/** How one archive of many fared. A report is made of these, a line of JSON each, whatever the work is. */
export interface ArchiveOutcome {
  /** Its path or address, or a path that could not be searched. */
  readonly path: string;
  /** `failed` where there is a problem; `current` where nothing was to be done; else what was done. */
  readonly state: string;
  readonly problem?: Problem;
}

/** What every work over many archives can be told. */
export interface WorkOptions<TFile extends ArchiveOutcome> {
  /** When more fail, no other is begun. As many as there are, unless given. */
  readonly maxFailures?: number;
  /** When aborted, no other is begun. */
  readonly signal?: AbortSignal;
  /** Told of each archive as soon as it is done, and of each path that could not be searched. */
  readonly onFile?: (file: TFile) => void;
}

/** How a work over many archives ended, whatever the work is. */
export interface WorkReport {
  /** The first 10,000 of what failed: archives that are as they were, and paths that could not be searched. */
  readonly failed: readonly Problem[];
  /** How many failed. */
  readonly failures: number;
  /** Whether it ended before all archives were looked at. */
  readonly isStopped: boolean;
}

/** Beyond, whoever wants each asks to be told of it. */
const mostKept = 10_000;

/** Counts how archives fare, and tells of each. Keeps no more of what failed than a report has. */
export class Tally<TFile extends ArchiveOutcome> {
  readonly #limit = new AbortController();
  readonly #options: WorkOptions<TFile>;
  readonly #counts = new Map<string, number>();
  readonly #failed: Problem[] = [];
  readonly #signal: AbortSignal;

  constructor(options: WorkOptions<TFile>) {
    this.#options = options;
    this.#signal = options.signal
      ? AbortSignal.any([this.#limit.signal, options.signal])
      : this.#limit.signal;
  }

  add(file: TFile): void {
    this.#counts.set(file.state, this.count(file.state) + 1);
    if (file.problem) {
      if (this.#failed.length < mostKept) this.#failed.push(file.problem);
      if (this.count('failed') > (this.#options.maxFailures ?? Number.POSITIVE_INFINITY)) this.#limit.abort();
    }
    this.#options.onFile?.(file);
  }

  count(state: TFile['state']): number {
    return this.#counts.get(state) ?? 0;
  }

  /** Whether anybody wants to know of each archive, or how many fail. */
  get isAsked(): boolean {
    return this.#options.onFile !== undefined || this.#options.maxFailures !== undefined;
  }

  /** Aborted when too much has failed, or whoever asked has had enough. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  get isStopped(): boolean {
    return this.#signal.aborted;
  }

  report(): WorkReport {
    return { failed: this.#failed, failures: this.count('failed'), isStopped: this.isStopped };
  }
}
