import { defineLineage, type Lineage } from '@varve/migrations';
import { makeMigrations } from './make-migrations.ts';
import { type Product, products } from './product.ts';

/** The same each time: its number is its seed. */
export function productLineage(product: Product): Lineage {
  const migrations = (product.script ?? makeMigrations(product, 1 + products.indexOf(product))).map(
    (sql, at) => ({
      name: `${String(at).padStart(4, '0')}_${product.name}`,
      sql,
      createdAtMs: 1_700_000_000_000 + at * 86_400_000,
    }),
  );
  return defineLineage({ name: product.name, tables: {}, migrations });
}
