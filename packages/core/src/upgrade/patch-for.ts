import { type Patch, type PatchKind, type PatchUpdates, patchOf } from '@varve/migrations/internal';
import type { BuildUpgradedOptions } from './built-upgrade.ts';
import type { UpgradeVerification } from './verify-rows.ts';

export function patchFor(
  { lineage, verify }: Pick<BuildUpgradedOptions, 'lineage' | 'verify'>,
  from: number,
  kind: Pick<PatchKind, 'isChecked'> = {},
): Patch | undefined {
  return patchOf(lineage, from, { ...kind, updates: updatesFor(verify) });
}

/** What the lens is to judge, cell by cell, it has no part in making: its expressions join UPDATEs into one. */
export function updatesFor(verify: UpgradeVerification): PatchUpdates {
  return verify === 'full' ? 'as written' : 'joined';
}
