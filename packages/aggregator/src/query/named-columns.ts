import type { Database } from '@varve/migrations/internal';
import { runQuery } from './run-query.ts';

/** Which columns of which tables a query reads: table → columns, by name. A table of which only rows count has none. */
export type NamedColumns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Asks SQLite itself, by the program it compiled the query to: `OpenRead` opens the table at a root page, `Column` reads
 * from it. Exact only where no table has an index or a rowid column that SQLite could read instead.
 * Source: https://www.sqlite.org/opcode.html
 *
 * @throws SQL_REFUSED, SQL_FAILED
 */
export function readNamedColumns(sqlite: Database, sql: string): NamedColumns {
  const tables = new Map(readRootPages(sqlite));
  const opened = new Map<number, string>();
  const named = new Map<string, Set<string>>();
  // A row is: addr, opcode, p1 …
  const program = runQuery(sqlite, `EXPLAIN ${sql}`).rows;
  for (const [, opcode, cursor, page, database] of program) {
    const table = tables.get(Number(page));
    if (opcode !== 'OpenRead' || Number(database) !== 0 || table === undefined) continue;
    opened.set(Number(cursor), table);
    named.set(table, named.get(table) ?? new Set());
  }
  for (const [, opcode, cursor, column] of program) {
    const table = opened.get(Number(cursor));
    if (opcode !== 'Column' || table === undefined) continue;
    const name = readColumns(sqlite, table)[Number(column)];
    if (name !== undefined) named.get(table)?.add(name);
  }
  return named;
}

function readRootPages(sqlite: Database): [number, string][] {
  return sqlite
    .prepare<[], [number, string]>(`SELECT rootpage, name FROM sqlite_schema WHERE type = 'table'`)
    .raw()
    .all();
}

function readColumns(sqlite: Database, table: string): string[] {
  return sqlite.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').pluck().all(table) as string[];
}
