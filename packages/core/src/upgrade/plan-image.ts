import type { Lineage } from '@varve/migrations';
import { type ImageLayout, ledgerKey, type PatchRecipe } from '@varve/migrations/internal';
import { type Database, openImage } from '../file/index.ts';
import { boundedMap, mostPlans, planUpgrade, type UpgradePlan } from './upgrade-plan.ts';

/** What is known of files with one schema. */
interface AlikeFiles {
  /** Where they keep their ledger. */
  readonly ledger: PatchRecipe['ledger'];
  /** By what the ledger says. */
  readonly plans: Map<string, UpgradePlan>;
}

/** By the texts of the schema, as its bytes have them. */
const files = new WeakMap<Lineage, Map<string, AlikeFiles>>();

export interface ImageToPlan {
  readonly image: Buffer;
  readonly layout: ImageLayout;
  readonly path: string;
}

/**
 * `planUpgrade` of a file by its bytes: SQLite, which reads the whole schema before it answers anything, is asked of the
 * first of those that are alike.
 *
 * @throws the codes of `identifyForReading`
 */
export function planImage(lineage: Lineage, { image, layout, path }: ImageToPlan): UpgradePlan {
  const known = boundedMap(files, lineage);
  const alike = known.get(layout.key);
  const rows = alike?.ledger && ledgerKey(image, layout, alike.ledger);
  const plan = rows === undefined ? undefined : alike?.plans.get(rows);
  if (plan) return plan;
  const made = withImage(image, (sqlite) => planUpgrade(sqlite, lineage, path));
  const { ledger } = made.recipe;
  const { plans } = alike ?? { plans: new Map<string, UpgradePlan>() };
  known.set(layout.key, { ledger, plans });
  const madeRows = ledger && ledgerKey(image, layout, ledger);
  if (plans.size >= mostPlans) plans.clear();
  if (madeRows !== undefined) plans.set(madeRows, made);
  return made;
}

export function withImage<T>(image: Buffer, work: (sqlite: Database) => T): T {
  const sqlite = openImage(image);
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}
