import { fileURLToPath } from 'node:url';
import { defineLineage, readLineage } from '@varve/migrations';
import * as schema from './schema.ts';

export const migrationsDir = fileURLToPath(new URL('../drizzle', import.meta.url));

/** Today's lineage: all migrations, with the tables of `schema.ts`. */
export const lineage = defineLineage({
  name: 'dependency-auditor',
  tables: schema,
  migrations: readLineage(migrationsDir).migrations,
});
