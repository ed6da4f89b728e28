import { dirname, resolve } from 'node:path';
import { defineLineage, type Lineage, type ReadLineageOptions, readLineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { findSchemaFiles, loadConfig, loadFunctions } from '../config/index.ts';
import { isOwnModule } from './is-own-module.ts';

/** A team's package as `varve generate` and `varve check` work on it. Paths are absolute. */
export interface Project {
  readonly dir: string;
  readonly migrationsDir: string;
  readonly lineageOptions: ReadLineageOptions;
  /** The modules that export today's tables, sorted; at least one. */
  readonly schemaFiles: readonly string[];
  /** The module that exports the SQL functions, where the configuration names one. */
  readonly functionsModule: string | undefined;
  /** The module to write; undefined where the team joins migrations and tables itself. */
  readonly lineageModule: string | undefined;
}

/** @throws CONFIG_NOT_FOUND, CONFIG_INVALID */
export async function loadProject(dir: string, migrationsDir?: string): Promise<Project> {
  const { path, config } = await loadConfig(dir);
  const invalid = (reason: string, hint: string) =>
    new VarveError('CONFIG_INVALID', `the configuration does not do for this verb: ${reason}`, {
      path,
      hint,
    });
  if ('lineage' in config || !config.schema) {
    throw invalid(
      'it names no schema',
      "name one: defineConfig({ schema: './src/schema.ts', migrations: './drizzle', lineageModule: './src/lineage.ts' }); or remove the file and run varve init",
    );
  }
  const { schema, migrations, lineageModule, name, ledger, foreignKeys } = config;
  if (typeof config.functions === 'object' && lineageModule) {
    throw invalid(
      'SQL functions of its own cannot be written into a lineage module',
      "export them from a module, and name it: functions: './src/sql-functions.ts'",
    );
  }
  const home = dirname(path);
  if (lineageModule && !isOwnModule(resolve(home, lineageModule))) {
    throw invalid(
      `its lineageModule, ${lineageModule}, is not one that varve generate wrote`,
      'name a file that is free: it is written anew each time',
    );
  }
  const functions = await loadFunctions(home, config.functions);
  const schemaFiles = findSchemaFiles(home, [schema].flat());
  if (schemaFiles.length === 0)
    throw invalid('its schema names no file', 'name a file, a folder or a glob that is there');
  return {
    dir: home,
    migrationsDir: migrationsDir === undefined ? resolve(home, migrations) : resolve(dir, migrationsDir),
    lineageOptions: {
      ...(name && { name }),
      ...(functions && { functions }),
      ...(ledger && { ledger }),
      ...(foreignKeys && { foreignKeys }),
    },
    schemaFiles,
    functionsModule: typeof config.functions === 'string' ? resolve(home, config.functions) : undefined,
    lineageModule: lineageModule && resolve(home, lineageModule),
  };
}

/** The project's lineage as its folder has it, or another folder's; one without migrations while there is none. */
export function readProjectLineage(project: Project, migrationsDir = project.migrationsDir): Lineage {
  const options = { name: 'drizzle', ...project.lineageOptions };
  try {
    return readLineage(migrationsDir, project.lineageOptions.name ? options : project.lineageOptions);
  } catch (error) {
    if (!(error instanceof VarveError) || error.code !== 'LINEAGE_NOT_FOUND') throw error;
    return defineLineage({ ...options, tables: {}, migrations: [] });
  }
}
