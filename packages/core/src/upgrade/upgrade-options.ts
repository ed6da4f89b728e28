import type { Lineage } from '@varve/migrations';
import type { BuiltUpgrade } from './built-upgrade.ts';
import type { UpgradeVerification } from './verify-rows.ts';

export interface UpgradeArchiveOptions {
  readonly lineage: Lineage;
  /** Where a copy of the original is kept, under its own name. */
  readonly backupDir?: string;
  /** Go on, without a backup, where pending migrations drop tables or columns, delete rows or narrow columns. */
  readonly acceptLoss?: boolean;
  /** What of the upgraded copy is compared with what the lens reads in the original: `counts` unless given. */
  readonly verify?: UpgradeVerification;
  /** Do it all on a private copy, check that, and throw it away: nothing is written, not even a backup. */
  readonly dryRun?: boolean;
}

export interface UpgradeResult {
  readonly path: string;
  /** The version before: head where all that was to be done was to seal the file, or to mend what its header says. */
  readonly from: number;
  /** Head. */
  readonly to: number;
  /** False when the file was sealed and at head already: nothing was written then. */
  readonly changed: boolean;
  /** In one pass by what the lens reads, or by running the migrations; `none` when there was nothing to do. */
  readonly how: 'none' | BuiltUpgrade['how'];
  /** After the upgrade. */
  readonly sizeBytes: number;
  readonly durationMs: number;
  readonly backup?: string;
}
