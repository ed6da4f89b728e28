import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readLineage } from '../src/lineage/read-lineage.ts';
import { renderLineageModule } from '../src/lineage/render-lineage-module.ts';

/** The text of src/standard-lineage.ts, from drizzle-kit's folder. */
export function renderStandardLineage(): string {
  const folder = fileURLToPath(new URL('../drizzle', import.meta.url));
  return renderLineageModule(readLineage(folder, { name: 'standard' }), {
    tablesImport: "import { standardTables as tables } from '@varve/schema';",
    defineLineageFrom: './lineage/index.ts',
    exportName: 'standardLineage',
  });
}

if (import.meta.main)
  writeFileSync(new URL('../src/standard-lineage.ts', import.meta.url), renderStandardLineage());
