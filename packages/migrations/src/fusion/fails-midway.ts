import { ledgerTable } from '../ledger/find-ledger.ts';
import { type Step, traceLineage } from '../lens/trace-lineage.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { actionsOf } from '../replay/actions-set-off.ts';
import { rowChangeOf } from '../sql/row-change.ts';
import { identifierOf } from '../sql/sql-tokens.ts';
import { Burdens } from './burdens.ts';

/** True unless rows that a replay of the pending migrations would stop at are still there to stop one pass. */
export function mayFailMidway(lineage: Lineage, from: number): boolean {
  const burdens = new Burdens();
  return traceLineage(lineage)
    .steps.slice(from)
    .flat()
    .some((step) => reachesFurther(step) || burdens.hides(step));
}

/** True for a statement that changes rows of children by foreign keys, or speaks of the ledger. */
function reachesFurther({ statement, before }: Step): boolean {
  if (actionsOf(rowChangeOf(statement), before.acting()).actions.length > 0) return true;
  return statement.tokens.some((token) => identifierOf(token)?.toLowerCase().startsWith(ledgerTable));
}
