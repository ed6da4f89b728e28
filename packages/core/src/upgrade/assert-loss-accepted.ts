import type { Lineage } from '@varve/migrations';
import { findLosses } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';

/** @throws LOSS_NOT_ACCEPTED with `details.losses` when a pending migration drops, deletes or narrows something */
export function assertLossAccepted(lineage: Lineage, from: number, path: string): void {
  const losses = findLosses(lineage, from);
  if (losses.length === 0) return;
  const named = losses.map(({ kind, what, migration }) => `${kind}: ${what} (${migration})`);
  throw new VarveError('LOSS_NOT_ACCEPTED', `the upgrade would lose something: ${named.join(', ')}`, {
    path,
    hint: 'keep the originals with a backup folder, or accept the loss',
    details: { losses },
  });
}
