import { type Patch, type PatchKind, patchOf } from '@varve/migrations/internal';
import type { BuildUpgradedOptions } from './built-upgrade.ts';

/** What the lens is to judge, cell by cell, it has no part in making: its expressions join UPDATEs into one. */
export function patchFor(
  { lineage, verify }: Pick<BuildUpgradedOptions, 'lineage' | 'verify'>,
  from: number,
  kind: Pick<PatchKind, 'isChecked'> = {},
): Patch | undefined {
  return patchOf(lineage, from, { ...kind, updates: verify === 'full' ? 'as written' : 'joined' });
}
