import type { Lineage } from './lineage.ts';

export interface RenderLineageModuleOptions {
  /** The import that brings head's tables into scope as `tables`. */
  readonly tablesImport: string;
  /** Whether that brings SQL functions into scope too, as `functions`. */
  readonly hasFunctions?: boolean;
  /** Where the module finds `defineLineage`. */
  readonly defineLineageFrom: string;
  /** The name the module exports the lineage by. */
  readonly exportName: string;
}

const header = '// Written from the migrations folder. Do not edit: write it again.';

/** Whether a module is one that `renderLineageModule` wrote. */
export function isLineageModule(text: string): boolean {
  return text.startsWith(header);
}

/**
 * The text of a TypeScript module that holds a lineage's SQL inline, so that a service reads no folder at run time and
 * bundlers see everything. The same lineage gives the same text.
 */
export function renderLineageModule(lineage: Lineage, options: RenderLineageModuleOptions): string {
  const migrations = lineage.migrations.map(
    ({ name, createdAtMs, sql }) =>
      `    { name: ${JSON.stringify(name)}, createdAtMs: ${createdAtMs}, sql: ${JSON.stringify(sql)} },\n`,
  );
  const functions = options.hasFunctions ? '  functions,\n' : '';
  const ledger = lineage.ledger ? `  ledger: ${JSON.stringify(lineage.ledger)},\n` : '';
  const foreignKeys = lineage.foreignKeys ? `  foreignKeys: '${lineage.foreignKeys}',\n` : '';
  return `${header}
import { defineLineage } from '${options.defineLineageFrom}';
${options.tablesImport}

export const ${options.exportName} = defineLineage({
  name: ${JSON.stringify(lineage.name)},
  tables,
${functions}${ledger}${foreignKeys}  migrations: [
${migrations.join('')}  ],
});
`;
}
