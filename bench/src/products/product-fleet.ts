import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Product } from './product.ts';
import { productLineage } from './product-lineage.ts';
import { writeProductFile } from './write-product-file.ts';

/** Writes files of a product's versions in turn, each a copy of one of its version. */
export function writeProductFleet(dir: string, product: Product, count: number): void {
  mkdirSync(dir, { recursive: true });
  const lineage = productLineage(product);
  for (const [at, pending] of product.pending.entries()) {
    const model = join(dir, `${at}.db`);
    writeProductFile(model, product, lineage, lineage.migrations.length - pending);
    for (let file = at + product.pending.length; file < count; file += product.pending.length)
      copyFileSync(model, join(dir, `${file}.db`));
  }
}
