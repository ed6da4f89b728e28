import type { Lineage } from '../lineage/index.ts';
import type { LedgerRow } from './ledger-row.ts';
import { lineageLedger } from './ledger-steps.ts';

/** A row of a ledger that is not of Drizzle's form. */
export interface NamedRow {
  readonly name: unknown;
  readonly isApplied: unknown;
}

/**
 * Rows that name migrations, as Drizzle would have written them: a name, a file's name, a hash, or the number that a
 * migration's name begins with. A row of goose's that says "undone" takes the earlier one back.
 */
export function resolveNames(rows: readonly NamedRow[], lineage: Lineage): LedgerRow[] {
  const names = lineageLedger(lineage).steps.map((step) => step.name);
  const byName = new Map<string, string>();
  for (const name of names.toReversed()) {
    const number = /^\d+/.exec(name)?.[0];
    if (number !== undefined) byName.set(String(BigInt(number)), name);
  }
  for (const { name, hashes } of lineageLedger(lineage).steps) {
    for (const known of [name, `${name}.sql`, `${name}/migration.sql`, ...hashes]) byName.set(known, name);
  }
  const applied = new Map<string, string>();
  for (const { name, isApplied } of rows) {
    const value = String(name);
    // What goose begins its table with.
    if (value === '0' && !byName.has('0')) continue;
    applied.delete(value);
    if (isApplied) applied.set(value, byName.get(value) ?? byName.get(plainNumber(value)) ?? value);
  }
  return [...applied.values()].map((name) => ({ hash: '', createdAtMs: Number.NaN, name }));
}

function plainNumber(value: string): string {
  return /^\d+$/.test(value) ? String(BigInt(value)) : value;
}
