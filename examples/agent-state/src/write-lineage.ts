/** Writes `lineage.ts` from the migrations: run it after each drizzle-kit generate. */
import { writeFileSync } from 'node:fs';
import { renderLineage } from './render-lineage.ts';

writeFileSync(new URL('./lineage.ts', import.meta.url), renderLineage());
