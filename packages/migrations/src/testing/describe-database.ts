import type { Database } from 'better-sqlite3';
import { ledgerTable } from '../ledger/find-ledger.ts';
import { quoteIdentifier } from '../sql/sql-tokens.ts';

/**
 * All there is in a database: its objects, and the cells of each table with their storage classes, in the order in
 * which they lie. With the rowids that no column shows, where asked for.
 */
export function describeDatabase(sqlite: Database, withRowidsOf: ReadonlySet<string> = new Set()): unknown {
  const objects = sqlite
    .prepare<[], [string, string, string]>(
      'SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name',
    )
    .raw()
    .all();
  const tables = objects.filter(([type, name]) => type === 'table' && name !== ledgerTable);
  const pragmas = ['application_id', 'user_version', 'page_size', 'encoding'];
  return {
    objects,
    header: pragmas.map((pragma) => sqlite.pragma(pragma, { simple: true })),
    ledger: sqlite.prepare(`SELECT id, hash, created_at FROM ${ledgerTable} ORDER BY rowid`).raw().all(),
    rows: tables.map(([, name, sql]) => {
      return /^CREATE VIRTUAL/i.test(sql)
        ? readVirtual(sqlite, name)
        : readCells(sqlite, name, withRowidsOf.has(name));
    }),
  };
}

function readCells(sqlite: Database, table: string, withRowids: boolean): unknown[] {
  const columns = sqlite.pragma(`table_xinfo(${quoteIdentifier(table)})`) as {
    name: string;
    hidden: number;
  }[];
  // What a full-text table hides counts the cursors of a connection: https://www.sqlite.org/fts5.html
  const shown = columns.filter(({ hidden }) => hidden !== 1);
  const cells = shown.map(({ name }) => `quote(${quoteIdentifier(name)})`);
  const list = [...(withRowids ? ['_rowid_'] : []), ...cells].join(', ');
  const order = [...(withRowids ? ['_rowid_'] : cells)].join(', ');
  const sql = `SELECT ${list} FROM ${quoteIdentifier(table)} ORDER BY ${order}`;
  return [table, ...sqlite.prepare(sql).raw().all()];
}

/** What it holds are its shadow tables, which are described as well: without content, or where that is gone, it gives no rows. */
function readVirtual(sqlite: Database, table: string): unknown[] {
  try {
    return readCells(sqlite, table, false);
  } catch (error) {
    return [table, String(error)];
  }
}
