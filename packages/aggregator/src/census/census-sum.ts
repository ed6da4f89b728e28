import type { Lineage } from '@varve/migrations';
import type { VarveError } from '@varve/schema';
import { type Problem, problemOf, Tally, type WorkOptions } from '../work/index.ts';
import type { ArchiveState, Counted, CountedArchive } from './count-archive.ts';

export interface CountedVersion {
  readonly version: number;
  /** The last migration of that version; undefined at version 0, and where only newer code knows it. */
  readonly migration: string | undefined;
  readonly count: number;
  readonly sizeBytes: number;
}

export interface Census {
  /** How many archives there are, those with problems among them. */
  readonly total: number;
  readonly sizeBytes: number;
  /** Sessions that a writer has open. */
  readonly live: number;
  /** Archives in WAL mode with no WAL beside: closed well, or copied without it, and then they may lack rows. */
  readonly withoutWal: number;
  /** The unified views that lie among the archives, which are not counted. Of a bucket, none are told apart. */
  readonly views: readonly string[];
  /** In ascending order; versions at which nothing stands are left out. */
  readonly versions: readonly CountedVersion[];
  readonly states: Readonly<Partial<Record<ArchiveState, number>>>;
  /** The first 10,000 of what cannot be counted, or searched. */
  readonly problems: readonly Problem[];
  /** How many there are. */
  readonly failures: number;
  /** Whether it ended before all archives were looked at. */
  readonly isStopped: boolean;
  /** Sorted by path; empty where it was not to be listed. */
  readonly archives: readonly CountedArchive[];
}

/** How one archive was counted. */
export interface CensusFile {
  readonly path: string;
  /** `failed` where there is a problem. */
  readonly state: ArchiveState | 'failed';
  readonly version?: number;
  readonly sizeBytes: number;
  readonly problem?: Problem;
}

export interface CensusSumOptions extends WorkOptions<CensusFile> {
  readonly lineage: Lineage;
  readonly lists?: boolean;
}

/** Keeps a number for each version and state, and the archives themselves where they are to be listed. */
export class CensusSum {
  readonly views: string[] = [];
  readonly #lineage: Lineage;
  readonly #lists: boolean;
  readonly #archives: CountedArchive[] = [];
  readonly #tally: Tally<CensusFile>;
  readonly #versions = new Map<number, { count: number; sizeBytes: number }>();
  readonly #states: Partial<Record<ArchiveState, number>> = {};
  readonly #totals = { total: 0, sizeBytes: 0, live: 0, withoutWal: 0 };

  constructor(options: CensusSumOptions) {
    this.#lineage = options.lineage;
    this.#lists = options.lists ?? true;
    this.#tally = new Tally(options);
  }

  get isStopped(): boolean {
    return this.#tally.isStopped;
  }

  add({ archive, problem, lacksWal }: Counted): void {
    const { path, state, version, sizeBytes, sealing } = archive;
    if (this.#lists) this.#archives.push(archive);
    this.#states[state] = (this.#states[state] ?? 0) + 1;
    this.#totals.total += 1;
    this.#totals.sizeBytes += sizeBytes;
    this.#totals.live += Number(sealing === 'live');
    this.#totals.withoutWal += Number(lacksWal);
    this.#tally.add({
      path,
      state: problem ? 'failed' : state,
      ...(version !== undefined && { version }),
      sizeBytes,
      ...(problem && { problem }),
    });
    if (version === undefined) return;
    const before = this.#versions.get(version) ?? { count: 0, sizeBytes: 0 };
    this.#versions.set(version, { count: before.count + 1, sizeBytes: before.sizeBytes + sizeBytes });
  }

  result(unsearched: readonly VarveError[]): Census {
    const versions = [...this.#versions].sort(([a], [b]) => a - b);
    const counted = this.#tally.report().failed.length;
    for (const error of unsearched) {
      const problem = problemOf(error, error.path ?? '');
      this.#tally.add({ path: problem.path, state: 'failed', sizeBytes: 0, problem });
    }
    const { failed, failures, isStopped } = this.#tally.report();
    return {
      ...this.#totals,
      versions: versions.map(([version, sums]) => ({
        version,
        migration: this.#lineage.migrations[version - 1]?.name,
        ...sums,
      })),
      states: this.#states,
      problems: [...failed.slice(counted), ...failed.slice(0, counted)],
      failures,
      isStopped,
      archives: this.#archives,
      views: this.views,
    };
  }
}
