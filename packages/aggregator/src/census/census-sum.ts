import type { Lineage } from '@varve/migrations';
import type { VarveError } from '@varve/schema';
import { type Problem, problemOf } from '../work/index.ts';
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
  readonly problems: readonly Problem[];
  /** Sorted by path; empty where it was not to be listed. */
  readonly archives: readonly CountedArchive[];
}

/** Keeps a number for each version and state, and the archives themselves where they are to be listed. */
export class CensusSum {
  readonly views: string[] = [];
  readonly #lineage: Lineage;
  readonly #lists: boolean;
  readonly #archives: CountedArchive[] = [];
  readonly #problems: Problem[] = [];
  readonly #versions = new Map<number, { count: number; sizeBytes: number }>();
  readonly #states: Partial<Record<ArchiveState, number>> = {};
  readonly #totals = { total: 0, sizeBytes: 0, live: 0, withoutWal: 0 };

  constructor(lineage: Lineage, lists: boolean) {
    this.#lineage = lineage;
    this.#lists = lists;
  }

  add({ archive, problem, lacksWal }: Counted): void {
    const { state, version, sizeBytes, sealing } = archive;
    if (this.#lists) this.#archives.push(archive);
    if (problem) this.#problems.push(problem);
    this.#states[state] = (this.#states[state] ?? 0) + 1;
    this.#totals.total += 1;
    this.#totals.sizeBytes += sizeBytes;
    this.#totals.live += Number(sealing === 'live');
    this.#totals.withoutWal += Number(lacksWal);
    if (version === undefined) return;
    const before = this.#versions.get(version) ?? { count: 0, sizeBytes: 0 };
    this.#versions.set(version, { count: before.count + 1, sizeBytes: before.sizeBytes + sizeBytes });
  }

  result(unsearched: readonly VarveError[]): Census {
    const versions = [...this.#versions].sort(([a], [b]) => a - b);
    return {
      ...this.#totals,
      versions: versions.map(([version, sums]) => ({
        version,
        migration: this.#lineage.migrations[version - 1]?.name,
        ...sums,
      })),
      states: this.#states,
      problems: [...unsearched.map((error) => problemOf(error, error.path ?? '')), ...this.#problems],
      archives: this.#archives,
      views: this.views,
    };
  }
}
