import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Lineage, TableModule } from '@varve/migrations';
import { findSchemaFiles } from './find-schema-files.ts';
import { loadConfig } from './load-config.ts';
import { loadLineage } from './load-lineage.ts';

export interface TypedLineage {
  readonly lineage: Lineage;
  /** Why the tables are missing: what the schema's modules threw, or that nothing names them. */
  readonly untypedBecause: string | undefined;
}

/**
 * The lineage the command works by, with the tables of the schema that the configuration names.
 *
 * @throws as `loadLineage`
 */
export async function loadTypedLineage(dir: string, migrationsDir?: string): Promise<TypedLineage> {
  const lineage = await loadLineage(dir, migrationsDir);
  // The standard ones have tables of their own.
  if (Object.keys(lineage.tables).length > 0) return { lineage, untypedBecause: undefined };
  if (migrationsDir !== undefined) return { lineage, untypedBecause: '--migrations names no schema' };
  const { path, config } = await loadConfig(dir);
  if ('lineage' in config) return { lineage, untypedBecause: undefined };
  if (!config.schema) return { lineage, untypedBecause: 'the configuration names no schema' };
  const home = dirname(path);
  try {
    const files = findSchemaFiles(home, [config.schema].flat());
    const modules = await Promise.all(files.map((file) => import(pathToFileURL(file).href)));
    const tables: TableModule = Object.assign({}, ...modules);
    return { lineage: { ...lineage, tables }, untypedBecause: undefined };
  } catch (error) {
    return { lineage, untypedBecause: error instanceof Error ? error.message : String(error) };
  }
}
