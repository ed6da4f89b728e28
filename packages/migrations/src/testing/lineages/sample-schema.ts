import type { Database } from 'better-sqlite3';
import { quoteIdentifier } from '../../sql/sql-tokens.ts';

export interface SampleColumn {
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
  readonly isGenerated: boolean;
  readonly isNotNull: boolean;
}

export interface SampleTable {
  readonly name: string;
  readonly columns: readonly SampleColumn[];
  readonly isStrict: boolean;
  readonly sql: string;
}

/** The ordinary tables that exist now, for whoever writes the next statement. */
export function sampleTables(sqlite: Database): SampleTable[] {
  return readTables(sqlite, `type = 'table'`);
}

/** Virtual tables, and those that they keep for themselves: a statement that reads one it fills need never end. */
export function virtualTables(sqlite: Database): SampleTable[] {
  return readTables(sqlite, `type IN ('virtual', 'shadow')`);
}

function readTables(sqlite: Database, kind: string): SampleTable[] {
  const tables = sqlite
    .prepare(
      `SELECT name, sql FROM sqlite_schema
       WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name NOT LIKE '~_~_drizzle%' ESCAPE '~'
         AND name IN (SELECT name FROM pragma_table_list WHERE ${kind})
       ORDER BY rowid`,
    )
    .all() as { name: string; sql: string }[];
  return tables.map(({ name, sql }) => {
    const rows = sqlite.pragma(`table_xinfo(${quoteIdentifier(name)})`) as Record<string, unknown>[];
    return {
      name,
      sql,
      isStrict: / STRICT/.test(sql),
      columns: rows
        .filter((row) => row.hidden !== 1)
        .map((row) => ({
          name: String(row.name),
          type: String(row.type),
          isKey: row.pk !== 0,
          isGenerated: Number(row.hidden) > 1,
          isNotNull: row.notnull !== 0,
        })),
    };
  });
}

export function namesOf(items: readonly { readonly name: string }[]): string[] {
  return items.map((item) => item.name);
}
