/** Another table of applied migrations than Drizzle's `__drizzle_migrations`, preferred in a file that has both. */
export interface LedgerSettings {
  readonly table: string;
  /**
   * The column that tells which migration a row stands for, by its name, its file's name or its number, as do
   * `d1_migrations.name`, `_sqlx_migrations.version` and `goose_db_version.version_id`. Without it the table is one of
   * Drizzle's under another name, as its option `migrationsTable` makes it.
   */
  readonly name?: string;
}
