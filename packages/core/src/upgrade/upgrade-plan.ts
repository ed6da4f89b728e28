import type { Lineage } from '@varve/migrations';
import { findLedger, PatchRecipe, readLedger, type SchemaObject } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';
import { identifyForReading } from '../source/index.ts';
import { findMissing, findStrangers, verifySchema, verifyTexts } from './verify-schema.ts';

/** What is the same for all files that have the same ledger and schema. */
export interface UpgradePlan {
  readonly from: number;
  /** How many rows its ledger has. */
  readonly ledgerRows: number;
  /** The indexes, views and triggers of its version that the file lacks. */
  readonly lacked: readonly string[];
  /** What the file has beside them. */
  readonly strangers: readonly SchemaObject[];
  readonly recipe: PatchRecipe;
  /** The schema that the first such file had afterwards, which was found to be head's. */
  schemaAfter: string | undefined;
  /** Such a file had rows without a parent: the next one is likely to have some too. */
  hasOrphans: boolean;
}

/** Files of strangers may each have a schema of their own. */
export const mostPlans = 1000;
const plans = new WeakMap<Lineage, Map<string, UpgradePlan>>();
/** Where the ledger of a schema lies is found out once. */
const ledgers = new WeakMap<Lineage, Map<string, ReturnType<typeof findLedger>>>();

/**
 * Identifies a file. Of files that are alike, in a run over many, the first is looked at for all.
 *
 * @throws the codes of `identifyForReading`
 */
export function planUpgrade(sqlite: Database, lineage: Lineage, path: string): UpgradePlan {
  const schema = readSchemaText(sqlite);
  const places = boundedMap(ledgers, lineage);
  const place = places.get(schema) ?? findLedger(sqlite, lineage);
  places.set(schema, place);
  const ledger = readLedger(sqlite, lineage, place);
  const known = boundedMap(plans, lineage);
  const key = JSON.stringify(ledger) + schema;
  const plan = known.get(key);
  if (plan) return plan;
  const from = identifyForReading(sqlite, lineage, { path, newer: 'refuse' });
  const lacked = findMissing(sqlite, lineage, from);
  const strangers = findStrangers(sqlite, lineage, from);
  const ledgerRows = ledger?.length ?? 0;
  const made = {
    from,
    ledgerRows,
    lacked,
    strangers,
    recipe: new PatchRecipe(place),
    schemaAfter: undefined,
    hasOrphans: false,
  };
  known.set(key, made);
  return made;
}

export function boundedMap<T>(cache: WeakMap<Lineage, Map<string, T>>, lineage: Lineage): Map<string, T> {
  const map = cache.get(lineage) ?? new Map<string, T>();
  cache.set(lineage, map);
  if (map.size >= mostPlans) map.clear();
  return map;
}

/**
 * The schema of a patched copy: what a patch is made for has the texts of its version before, and all else stays as it is.
 *
 * @throws UPGRADE_MISMATCH
 */
export function verifyPlanned(
  sqlite: Database,
  lineage: Lineage,
  plan: UpgradePlan,
  { path, schema = readSchemaText(sqlite) }: { readonly path: string; readonly schema?: string | undefined },
): void {
  if (schema === plan.schemaAfter) return;
  verifySchema(sqlite, lineage, plan.lacked, path);
  verifyTexts(sqlite, lineage, plan, path);
  plan.schemaAfter = schema;
}

/** All of it but where its pages lie, as one text. */
function readSchemaText(sqlite: Database): string {
  const sql = 'SELECT json_group_array(json_array(type, name, tbl_name, sql)) FROM sqlite_schema';
  return sqlite.prepare<[], string>(sql).pluck().get() ?? '';
}
