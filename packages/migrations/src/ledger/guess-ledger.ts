import type { Database } from '../driver/index.ts';
import type { LedgerSettings } from '../lineage/index.ts';

/** The columns in which other tools name a migration, by the table they keep. */
const ofOthers: Readonly<Record<string, string>> = {
  d1_migrations: 'name',
  _sqlx_migrations: 'version',
  goose_db_version: 'version_id',
  knex_migrations: 'name',
  kysely_migration: 'name',
  _prisma_migrations: 'migration_name',
  schema_migrations: 'version',
  __diesel_schema_migrations: 'version',
  django_migrations: 'name',
  migrations: 'name',
};
const mostTables = 1000;

/**
 * The settings by which a file without Drizzle's ledger may be known: a table in Drizzle's form under another name, or
 * one that another tool keeps. Only for who must say why the file cannot be read.
 */
export function guessLedger(sqlite: Database): LedgerSettings | undefined {
  const tables = sqlite
    .prepare<[], [string, string]>(
      `SELECT made.name, ',' || group_concat(lower(info.name)) || ',' FROM (
         SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 LIMIT ${mostTables}) AS made,
       pragma_table_info(made.name) AS info GROUP BY made.name`,
    )
    .raw()
    .all();
  const ofDrizzle = tables.find(([, columns]) => /^,id,hash,created_at,(name,applied_at,)?$/.test(columns));
  if (ofDrizzle) return { table: ofDrizzle[0] };
  for (const [table, columns] of tables) {
    const name = ofOthers[table.toLowerCase()];
    if (name !== undefined && columns.includes(`,${name},`)) return { table, name };
  }
  return undefined;
}
