import type { Lineage } from '@varve/migrations';
import type { Selection } from '../find/index.ts';
import type { Problem, WorkOptions, WorkReport } from '../work/index.ts';

export interface LoadArchivesOptions extends Selection, WorkOptions<ArchiveLoad> {
  readonly lineage: Lineage;
  /** Runs the statements that bring the tables to head, where the lineage has moved on. */
  readonly applyDdl?: boolean;
  /**
   * What becomes of the rows of an archive that was loaded from one of the folders or prefixes, and is no longer there:
   * `remove` (default), or `keep` them. Where a manifest, a glob or a file is named, nothing is missed.
   */
  readonly gone?: 'remove' | 'keep';
}

export interface ArchiveLoad {
  readonly path: string;
  /** `current`: the database had its rows already. */
  readonly state: 'loaded' | 'current' | 'failed';
  readonly rows: number;
  readonly problem?: Problem;
}

export interface LoadReport extends WorkReport {
  readonly loaded: number;
  readonly current: number;
  /** Archives that are gone, and their rows with them. */
  readonly removed: number;
  readonly rows: number;
}
