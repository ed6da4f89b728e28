import type { Lineage } from '@varve/migrations';
import { type ImageLayout, readLayout } from '@varve/migrations/internal';
import { assertExactPath, type FileHeader, openDatabase } from '../file/index.ts';
import { withoutWal } from '../source/index.ts';
import { planImage } from './plan-image.ts';
import { readPooled } from './read-pooled.ts';
import { planUpgrade, type UpgradePlan } from './upgrade-plan.ts';

/** Of a larger one SQLite reads but its schema and its ledger. */
const mostBytesRead = 1024 * 1024;

/** A small file, as it was read. */
export interface PlannedImage {
  /** Of the pool: they are there as long as `isLatestRead` says so. */
  readonly image: Buffer;
  readonly layout: ImageLayout;
  readonly plan: UpgradePlan;
}

export interface PlannedAtRest {
  readonly plan: UpgradePlan;
  readonly planned?: PlannedImage;
}

/** Identifies a sealed file; SQLite is asked only where its bytes are not those of one that is known. */
export function planAtRest(file: string, { sizeBytes }: FileHeader, lineage: Lineage): PlannedAtRest {
  assertExactPath(file);
  const image = sizeBytes <= mostBytesRead ? withoutWal(readPooled(file)) : undefined;
  const layout = image && readLayout(image);
  if (image && layout) {
    const plan = planImage(lineage, { image, layout, path: file });
    return { plan, planned: { image, layout, plan } };
  }
  const sqlite = openDatabase(file, { readonly: true });
  try {
    return { plan: planUpgrade(sqlite, lineage, file) };
  } finally {
    sqlite.close();
  }
}
