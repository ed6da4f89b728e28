import type { Lineage } from '@varve/migrations';
import { type ImageLayout, ledgerKey, type PatchRecipe } from '@varve/migrations/internal';
import { type Database, openImage } from '../file/index.ts';
import { boundedMap, planUpgrade, type UpgradePlan } from './upgrade-plan.ts';

/** By the texts of a schema, as its bytes have them: where files with it keep their ledger. */
const places = new WeakMap<Lineage, Map<string, PatchRecipe['ledger']>>();
const plans = new WeakMap<Lineage, Map<string, UpgradePlan>>();

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
  const [knownPlaces, known] = [boundedMap(places, lineage), boundedMap(plans, lineage)];
  const keyAt = (place: PatchRecipe['ledger']) => {
    const rows = place && ledgerKey(image, layout, place);
    return rows === undefined ? undefined : `${rows}\0${layout.key}`;
  };
  const key = keyAt(knownPlaces.get(layout.key));
  const plan = key === undefined ? undefined : known.get(key);
  if (plan) return plan;
  const made = withImage(image, (sqlite) => planUpgrade(sqlite, lineage, path));
  knownPlaces.set(layout.key, made.recipe.ledger);
  const madeKey = keyAt(made.recipe.ledger);
  if (madeKey !== undefined) known.set(madeKey, made);
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
