import { ledgerTable } from '../ledger/index.ts';
import { type Step, traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { actionsOf } from '../replay/index.ts';
import { identifierOf, rowChangeOf } from '../sql/index.ts';
import { OpenDemands } from './open-demands.ts';

/** True unless rows that a replay of the pending migrations would stop at are still there to stop one pass. */
export function mayFailMidway(lineage: Lineage, from: number): boolean {
  const demands = new OpenDemands();
  return traceLineage(lineage)
    .steps.slice(from)
    .flat()
    .some((step) => reachesFurther(step) || demands.hides(step));
}

/** True for a statement that changes rows of children by foreign keys, or speaks of the ledger. */
function reachesFurther({ statement, before }: Step): boolean {
  if (actionsOf(rowChangeOf(statement), before.acting()).actions.length > 0) return true;
  return statement.tokens.some((token) => identifierOf(token)?.toLowerCase().startsWith(ledgerTable));
}
