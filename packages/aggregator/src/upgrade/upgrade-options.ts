import type { UpgradeArchiveOptions } from '@varve/core';
import type { Selection } from '../find/index.ts';
import type { Problem, WorkOptions } from '../work/index.ts';
import type { UpgradedFile, UpgradeListeners } from './upgrade-log.ts';

export interface UpgradeArchivesOptions
  extends UpgradeArchiveOptions,
    UpgradeListeners,
    Selection,
    Omit<WorkOptions<UpgradedFile>, 'onFile'> {
  /**
   * Each original is kept here under the path it has below the folder that was searched: in a folder, or, of archives in a
   * bucket, also below another `s3://bucket/prefix`.
   */
  readonly backupDir?: string;
  /**
   * How many worker processes; the number of cores unless given. With 0 only files beyond 32 MiB have one: then a small
   * file is upgraded at once, and this process dies with what kills SQLite.
   */
  readonly jobs?: number;
  /** When more fail, no other is begun; the rest are `left`. As many as there are, unless given. */
  readonly maxFailures?: number;
  /**
   * What failed before, as an earlier report has it. Files whose own contents were the reason are not tried again, but
   * are among `failed` as they were; the rest are.
   */
  readonly quarantined?: readonly Problem[];
  /** When aborted, the files in hand are finished; the rest are `left`. */
  readonly signal?: AbortSignal;
}
