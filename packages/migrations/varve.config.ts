import { fileURLToPath } from 'node:url';

/** What `varve generate` works by here; src/standard-lineage.ts is written by scripts/write-standard-lineage.ts. */
export default {
  name: 'standard',
  schema: fileURLToPath(new URL('../schema/src/standard-tables.ts', import.meta.url)),
  migrations: './drizzle',
};
