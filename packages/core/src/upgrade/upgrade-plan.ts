import type { Lineage } from '@varve/migrations';
import { readLedger } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';
import { identifyForReading } from '../source/index.ts';
import { findMissing, verifySchema } from './verify-schema.ts';

/** What is the same for all files that have the same ledger and schema. */
export interface UpgradePlan {
  readonly from: number;
  /** How many rows its ledger has. */
  readonly ledgerRows: number;
  /** The indexes, views and triggers of its version that the file lacks. */
  readonly lacked: readonly string[];
  /** The schema that the first such file had afterwards, which was found to be head's. */
  schemaAfter: string | undefined;
}

/** Files of strangers may each have a schema of their own. */
const mostPlans = 1000;
const plans = new WeakMap<Lineage, Map<string, UpgradePlan>>();

/**
 * Identifies a file. Of files that are alike, in a run over many, the first is looked at for all.
 *
 * @throws the codes of `identifyForReading`
 */
export function planUpgrade(sqlite: Database, lineage: Lineage, path: string): UpgradePlan {
  const known = plans.get(lineage) ?? new Map<string, UpgradePlan>();
  plans.set(lineage, known);
  const ledger = readLedger(sqlite, lineage);
  const key = JSON.stringify(ledger) + readSchemaText(sqlite);
  const plan = known.get(key);
  if (plan) return plan;
  const from = identifyForReading(sqlite, lineage, { path, newer: 'refuse' });
  if (known.size >= mostPlans) known.clear();
  const ledgerRows = ledger?.length ?? 0;
  const made = { from, ledgerRows, lacked: findMissing(sqlite, lineage, from), schemaAfter: undefined };
  known.set(key, made);
  return made;
}

/** @throws UPGRADE_MISMATCH, as `verifySchema` does */
export function verifyPlanned(sqlite: Database, lineage: Lineage, plan: UpgradePlan, path: string): void {
  const text = readSchemaText(sqlite);
  if (text === plan.schemaAfter) return;
  verifySchema(sqlite, lineage, plan.lacked, path);
  plan.schemaAfter = text;
}

/** All of it but where its pages lie, as one text. */
function readSchemaText(sqlite: Database): string {
  const sql = 'SELECT json_group_array(json_array(type, name, tbl_name, sql)) FROM sqlite_schema';
  return sqlite.prepare<[], string>(sql).pluck().get() ?? '';
}
