import { VarveError } from '@varve/schema/errors';
import type { LedgerSettings } from './ledger-settings.ts';
import type { Lineage, Migration, SqlFunction, TableModule } from './lineage.ts';
import { nameColumns } from './name-columns.ts';

export interface DefineLineageOptions<TTables extends TableModule> {
  readonly name: string;
  /** The schema module of head: `import * as tables from './schema.ts'`. */
  readonly tables: TTables;
  readonly migrations: readonly Migration[];
  /** SQL functions that migrations call, by name. */
  readonly functions?: Readonly<Record<string, SqlFunction>>;
  /**
   * Where applied migrations are written, unless it is Drizzle's own table. Where that is another tool's, what it keeps
   * behind `-- +goose Down`, `-- +migrate Down` or `-- migrate:down` is no part of a migration.
   */
  readonly ledger?: LedgerSettings;
  /**
   * `off` for a team whose driver has foreign keys off, as Bun's has: then a DELETE in a migration leaves children as
   * they are. `on` unless given, as better-sqlite3, libSQL and D1 have them.
   */
  readonly foreignKeys?: 'on' | 'off';
}

/**
 * Joins migrations with today's tables, so that whatever opens a file by this lineage is typed. Reads no file. Columns
 * that the schema does not name get the name they have in the migrations, as by Drizzle's `casing`.
 *
 * @throws LINEAGE_INVALID when two migrations have the same name.
 *
 * @example
 * ```ts
 * import { defineLineage } from '@varve/migrations';
 *
 * const lineage = defineLineage({
 *   name: 'notes',
 *   tables: {},
 *   migrations: [
 *     { name: '0000_notes', createdAtMs: 1, sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)' },
 *     { name: '0001_tags', createdAtMs: 2, sql: "ALTER TABLE notes ADD tag TEXT DEFAULT 'none'" },
 *   ],
 * });
 * console.log(lineage.migrations.length); // 2
 * ```
 */
export function defineLineage<TTables extends TableModule>(
  options: DefineLineageOptions<TTables>,
): Lineage<TTables> {
  const migrations = options.migrations.map((migration) => normaliseMigration(migration, options.ledger));
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
  const { name, tables, functions = {}, ledger, foreignKeys } = options;
  nameColumns(tables, migrations);
  const settings = { ...(ledger && { ledger }), ...(foreignKeys && { foreignKeys }) };
  return { name, tables, migrations, functions, ...settings };
}

function normaliseMigration(migration: Migration, ledger?: LedgerSettings): Migration {
  const sql = migration.sql.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return { ...migration, sql: ledger?.name === undefined ? sql : sql.replace(wayBack, '') };
}

/** Goose, sql-migrate and dbmate keep what takes a migration back in the same file, behind such a line. */
const wayBack = /^[ \t]*--[ \t]*(?:\+(?:goose|migrate)[ \t]+down|migrate:down)\b[\s\S]*$/im;
