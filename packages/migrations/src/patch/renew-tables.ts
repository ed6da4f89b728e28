import type { Database } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { Renewal } from './patch.ts';

export interface RenewedTable {
  readonly name: string;
  readonly renewed: Renewal;
}

/** Those in which SQLite keeps counters and statistics. */
export function ownTables(sqlite: Database): string[] {
  const sql = `SELECT name FROM main.sqlite_schema WHERE name LIKE 'sqlite^_s%' ESCAPE '^'`;
  return sqlite.prepare<[], string>(sql).pluck().all();
}

/** Forgets the statistics that SQLite forgets of a table that is dropped. */
export function forgetStatistics(
  sqlite: Database,
  tables: readonly RenewedTable[],
  own: readonly string[],
): void {
  const names = tables.flatMap(({ renewed }) => renewed.names);
  const places = names.map(() => '?').join(', ');
  for (const statistics of own.filter((table) => table !== counters))
    sqlite.prepare(`DELETE FROM main.${quoteIdentifier(statistics)} WHERE tbl IN (${places})`).run(...names);
}

/** Counts again what SQLite counts of a table that is filled. */
export function countAgain(sqlite: Database, tables: readonly RenewedTable[], own: readonly string[]): void {
  if (!own.includes(counters)) return;
  for (const { name, renewed } of tables) {
    sqlite.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(name);
    if (renewed.counted === undefined) continue;
    const largest = `(SELECT max(0, coalesce(max(${quoteIdentifier(renewed.counted)}), 0)) FROM main.${quoteIdentifier(name)})`;
    sqlite.prepare(`INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ${largest})`).run(name);
  }
}

const counters = 'sqlite_sequence';
