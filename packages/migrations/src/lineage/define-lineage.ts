import { VarveError } from '@varve/schema';
import type { LedgerSettings } from '../ledger/ledger-settings.ts';
import type { Lineage, Migration, SqlFunction, TableModule } from './lineage.ts';

export interface DefineLineageOptions<TTables extends TableModule> {
  readonly name: string;
  /** The schema module of head: `import * as tables from './schema.ts'`. */
  readonly tables: TTables;
  readonly migrations: readonly Migration[];
  /** SQL functions that migrations call, by name. */
  readonly functions?: Readonly<Record<string, SqlFunction>>;
  /** Where applied migrations are written, unless it is Drizzle's own table. */
  readonly ledger?: LedgerSettings;
}

/**
 * Joins migrations with today's tables, so that whatever opens a file by this lineage is typed. Reads no file.
 *
 * @throws LINEAGE_INVALID when two migrations have the same name.
 */
export function defineLineage<TTables extends TableModule>(
  options: DefineLineageOptions<TTables>,
): Lineage<TTables> {
  const migrations = options.migrations.map(normaliseMigration);
  const names = new Set<string>();
  for (const { name } of migrations) {
    if (names.has(name)) {
      throw new VarveError('LINEAGE_INVALID', `lineage ${options.name} has two migrations named ${name}`, {
        hint: 'give every migration a name of its own',
        details: { migration: name },
      });
    }
    names.add(name);
  }
  const { name, tables, functions = {}, ledger } = options;
  return { name, tables, migrations, functions, ...(ledger && { ledger }) };
}

function normaliseMigration(migration: Migration): Migration {
  return { ...migration, sql: migration.sql.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n') };
}
