import { type Database, isSqliteError } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';

export interface Trigger {
  readonly name: string;
  /** The table or view that it belongs to. */
  readonly table: string;
  readonly sql: string;
}

/** The triggers of ordinary tables, in the order they were made. */
export function readTriggers(sqlite: Database): Trigger[] {
  return sqlite
    .prepare<[], Trigger>(
      `SELECT name, tbl_name AS "table", sql FROM sqlite_schema AS trigger
       WHERE type = 'trigger' AND sql IS NOT NULL AND EXISTS (
         SELECT 1 FROM sqlite_schema AS owner
         WHERE owner.type = 'table' AND owner.name = trigger.tbl_name COLLATE NOCASE)
       ORDER BY rowid`,
    )
    .all();
}

/**
 * Runs work that sets off none of some triggers. In the meantime others stand under their names, which do nothing and
 * share the fate of their tables: what goes with a dropped table does not come back. Work is given their texts by name,
 * and may change what comes back.
 */
export function withoutTriggers<T>(
  sqlite: Database,
  triggers: readonly Trigger[],
  work: (texts: Map<string, string>) => T,
): T {
  const texts = new Map(triggers.map(({ name, sql }) => [name, sql]));
  for (const { name, table } of triggers) {
    sqlite.exec(`DROP TRIGGER ${quoteIdentifier(name)};
      CREATE TRIGGER ${quoteIdentifier(name)} AFTER DELETE ON ${quoteIdentifier(table)} WHEN 0 BEGIN SELECT 1; END`);
  }
  const result = work(texts);
  for (const [name, sql] of texts) {
    if (!readTriggers(sqlite).some((it) => it.name === name)) continue;
    sqlite.exec(`DROP TRIGGER ${quoteIdentifier(name)}`);
    putBack(sqlite, sql);
  }
  return result;
}

/** Of a table that is no more under that name, it cannot be said what the trigger would do. */
function putBack(sqlite: Database, sql: string): void {
  try {
    sqlite.exec(sql);
  } catch (error) {
    if (!isSqliteError(error) || error.code !== 'SQLITE_ERROR') throw error;
  }
}
