import type { Database } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { Renewal } from './patch.ts';

/** Those in which SQLite keeps counters and statistics. */
export function ownTables(sqlite: Database): string[] {
  const sql = `SELECT name FROM main.sqlite_schema WHERE name LIKE 'sqlite^_s%' ESCAPE '^'`;
  return sqlite.prepare<[], string>(sql).pluck().all();
}

/** Forgets what SQLite forgets of a table that is dropped, and counts again what it counts of one that is filled. */
export function renewTables(
  sqlite: Database,
  renewed: readonly { readonly name: string; readonly renewed?: Renewal | undefined }[],
  own: readonly string[],
): void {
  for (const table of own) {
    if (table === 'sqlite_sequence') for (const it of renewed) countAgain(sqlite, it.name, it.renewed);
    else
      forget(
        sqlite,
        table,
        renewed.flatMap((it) => it.renewed?.names ?? []),
      );
  }
}

function forget(sqlite: Database, statistics: string, tables: readonly string[]): void {
  const places = tables.map(() => '?').join(', ');
  sqlite.prepare(`DELETE FROM main.${quoteIdentifier(statistics)} WHERE tbl IN (${places})`).run(...tables);
}

function countAgain(sqlite: Database, table: string, renewed: Renewal | undefined): void {
  sqlite.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(table);
  if (renewed?.counted === undefined) return;
  const largest = `(SELECT max(0, coalesce(max(${quoteIdentifier(renewed.counted)}), 0)) FROM main.${quoteIdentifier(table)})`;
  sqlite.prepare(`INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ${largest})`).run(table);
}
