import { fileURLToPath } from 'node:url';
import { readLineage, renderLineageModule } from '@varve/migrations';

const migrationsDir = fileURLToPath(new URL('../drizzle', import.meta.url));

/** The text of `lineage.ts`: the SQL inline, so that a service reads no folder at run time. */
export function renderLineage(): string {
  return renderLineageModule(readLineage(migrationsDir, { name: 'agent-state' }), {
    tablesImport: "import * as tables from './schema.ts';",
    defineLineageFrom: '@varve/migrations',
    exportName: 'lineage',
  });
}
