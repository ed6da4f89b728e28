import type { Lineage } from '@varve/migrations';
import type { FileAtRest } from '../source/index.ts';
import type { PlannedImage } from './plan-at-rest.ts';
import type { UpgradeVerification } from './verify-rows.ts';

/** Awaited before a file of a version is upgraded; undefined where what that takes is compiled. */
export type Prepare = (from: number) => Promise<void> | undefined;

export interface BuildUpgradedOptions {
  readonly lineage: Lineage;
  readonly path: string;
  readonly state: FileAtRest;
  readonly verify: UpgradeVerification;
  readonly isLossAccepted: boolean;
  /** Of a file that was read and has not changed since. */
  readonly planned?: PlannedImage | undefined;
  readonly prepare?: Prepare | undefined;
  /** Nobody keeps the copy. */
  readonly isRehearsal?: boolean;
}

export interface BuiltUpgrade {
  /** The version before. */
  readonly from: number;
  /**
   * `patched`: a copy was changed where a replay would change it; `fused`: built in one pass, by what the lens reads;
   * `replayed`: by running the migrations.
   */
  readonly how: 'patched' | 'fused' | 'replayed';
  readonly sizeBytes: number;
}
