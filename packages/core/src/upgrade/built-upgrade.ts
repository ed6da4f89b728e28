import type { Lineage } from '@varve/migrations';
import type { FileAtRest } from '../source/file-state.ts';
import type { UpgradeVerification } from './verify-rows.ts';

export interface BuildUpgradedOptions {
  readonly lineage: Lineage;
  readonly path: string;
  readonly state: FileAtRest;
  readonly verify: UpgradeVerification;
  readonly isLossAccepted: boolean;
}

export interface BuiltUpgrade {
  /** The version before. */
  readonly from: number;
  /** `fused`: in one pass, by what the lens reads; `replayed`: by running the migrations. */
  readonly how: 'fused' | 'replayed';
  readonly sizeBytes: number;
}
