import { acceptedHashes, type Lineage, type Migration } from '../lineage/index.ts';
import { type LedgerStep, readBaselineHeader } from './baseline.ts';
import type { LedgerRow } from './ledger-row.ts';

/** The rows that a migration leaves in a ledger: one, and for a baseline those of all that were folded into it. */
export function ledgerSteps(migration: Migration): readonly LedgerStep[] {
  const { folded } = readBaselineHeader(migration);
  if (folded.length > 0) return folded;
  return [{ name: migration.name, createdAtMs: migration.createdAtMs, hashes: acceptedHashes(migration) }];
}

export function isBaseline(migration: Migration): boolean {
  return readBaselineHeader(migration).folded.length > 0;
}

/** The ledger of a file at head. */
export interface LineageLedger {
  readonly steps: readonly LedgerStep[];
  /** How many rows the ledger of a file has, for each version. */
  readonly heights: readonly number[];
}

const ledgers = new WeakMap<Lineage, LineageLedger>();

export function lineageLedger(lineage: Lineage): LineageLedger {
  const known = ledgers.get(lineage);
  if (known) return known;
  const steps: LedgerStep[] = [];
  const heights = [0];
  for (const migration of lineage.migrations) heights.push(steps.push(...ledgerSteps(migration)));
  const ledger = { steps, heights };
  ledgers.set(lineage, ledger);
  return ledger;
}

/**
 * A ledger as varve would have written it. Plain Drizzle, which knows no baselines, writes one row for one: it stands
 * for the rows of all that were folded.
 */
export function unfoldLedger(ledger: readonly LedgerRow[], { migrations }: Lineage): readonly LedgerRow[] {
  const baseline = migrations[0];
  const hash = ledger[0]?.hash;
  if (!baseline || hash === undefined || !isBaseline(baseline)) return ledger;
  const { folded, earlier } = readBaselineHeader(baseline);
  const baselines = [...earlier, { hashes: acceptedHashes(baseline), count: folded.length }];
  const applied = baselines.find(({ hashes }) => hashes.includes(hash));
  if (!applied) return ledger;
  const unfolded = folded.slice(0, applied.count).map(({ name, createdAtMs, hashes }) => {
    return { name, createdAtMs, hash: hashes[0] ?? '' };
  });
  return [...unfolded, ...ledger.slice(1)];
}

/** True for the hash of a migration, or of an earlier baseline, that was folded into the lineage's first. */
export function isFolded(hash: string, { migrations }: Lineage): boolean {
  const { folded, earlier } = migrations[0] ? readBaselineHeader(migrations[0]) : { folded: [], earlier: [] };
  return [...folded, ...earlier].some(({ hashes }) => hashes.includes(hash));
}
