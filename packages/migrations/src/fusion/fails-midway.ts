import { traceLineage } from '../lens/trace-lineage.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { Burdens } from './burdens.ts';

/** True unless rows that a replay of the pending migrations would stop at are still there to stop one pass. */
export function mayFailMidway(lineage: Lineage, from: number): boolean {
  const burdens = new Burdens();
  return traceLineage(lineage)
    .steps.slice(from)
    .flat()
    .some((step) => burdens.hides(step));
}
