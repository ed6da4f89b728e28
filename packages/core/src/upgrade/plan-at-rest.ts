import type { Lineage } from '@varve/migrations';
import { readLayout } from '@varve/migrations/internal';
import { assertExactPath, type FileHeader, openDatabase } from '../file/index.ts';
import { withoutWal } from '../source/index.ts';
import { planImage } from './plan-image.ts';
import { readPooled } from './read-pooled.ts';
import { planUpgrade, type UpgradePlan } from './upgrade-plan.ts';

/** Of a larger one SQLite reads but its schema and its ledger. */
const mostBytesRead = 1024 * 1024;

/** Identifies a sealed file; SQLite is asked only where its bytes are not those of one that is known. */
export function planAtRest(file: string, { sizeBytes }: FileHeader, lineage: Lineage): UpgradePlan {
  assertExactPath(file);
  const image = sizeBytes <= mostBytesRead ? withoutWal(readPooled(file)) : undefined;
  const layout = image && readLayout(image);
  if (image && layout) return planImage(lineage, { image, layout, path: file });
  const sqlite = openDatabase(file, { readonly: true });
  try {
    return planUpgrade(sqlite, lineage, file);
  } finally {
    sqlite.close();
  }
}
