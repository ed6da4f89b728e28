import { type Shape, type Step, updatesInOne } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { keywordOf } from '../sql/index.ts';
import { conflicts } from './conflicts.ts';
import type { PatchOperation, RunOperation } from './operation.ts';

interface Place {
  readonly operation: PatchOperation;
  /** Of UPDATEs: those that it stands for, and the schema that it meets. */
  readonly updates?: { readonly steps: readonly Step[]; readonly shape: Shape };
}

/**
 * The same operations, where UPDATEs of a table that come to one are one: of rows that are rewritten, this is most of the
 * work. Between the two nothing stands that has to do with what one of them reads or writes.
 */
export function joinUpdates(
  operations: readonly PatchOperation[],
  stepOf: ReadonlyMap<PatchOperation, Step>,
  lineage: Lineage,
): readonly PatchOperation[] {
  // A function of the lineage may stand for any of SQLite's own.
  if (Object.keys(lineage.functions).length > 0) return operations;
  const places: Place[] = [];
  for (const operation of operations) {
    const step = stepOf.get(operation);
    if (operation.kind === 'edit' || !step || !isUpdate(operation, step)) places.push({ operation });
    else addUpdate(places, operation, step, lineage);
  }
  return places.map(({ operation }) => operation);
}

/** Of one table, without anything that it might set off. */
function isUpdate(run: RunOperation, { statement }: Step): boolean {
  const isAlone = run.names.size === 1 && run.columns !== undefined && run.isRepeatable;
  return keywordOf(statement.tokens[0]) === 'UPDATE' && isAlone && !run.isActing && !run.mayOrphan;
}

function addUpdate(places: Place[], run: RunOperation, step: Step, lineage: Lineage): void {
  const at = places.findLastIndex(({ operation, updates }) => updates && conflicts(operation, run));
  const { operation: other, updates } = places[at] ?? {};
  const own = { operation: run, updates: { steps: [step], shape: step.before } };
  const between = places.slice(at + 1);
  const isUp = between.every(({ operation }) => !conflicts(operation, run));
  const isDown = other !== undefined && between.every(({ operation }) => !conflicts(other, operation));
  const shape = isUp ? updates?.shape : step.before;
  const steps = [...(updates?.steps ?? []), step];
  const sql = shape && (isUp || isDown) ? updatesInOne(steps, shape, lineage) : undefined;
  if (sql === undefined || !shape || other?.kind !== 'run') {
    places.push(own);
    return;
  }
  const columns = new Set([...(other.columns ?? []), ...(run.columns ?? [])]);
  const joined = { operation: { ...other, sql, columns }, updates: { steps, shape } };
  if (isUp) places[at] = joined;
  else places.splice(at, places.length - at, ...between, joined);
}
