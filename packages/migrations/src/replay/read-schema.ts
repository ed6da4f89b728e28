import type { Database, Statement } from '../driver/index.ts';
import { ledgerTable } from '../ledger/index.ts';

export interface SchemaObject {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  /** The table an index or trigger belongs to; else the object itself. */
  readonly table: string;
  readonly sql: string;
}

const queries = new WeakMap<Database, Statement<[string], SchemaObject>>();

/** The objects of an open database, in the order they were made, without SQLite's internals and the ledger. */
export function readSchema(sqlite: Database): SchemaObject[] {
  const query =
    queries.get(sqlite) ??
    sqlite.prepare<[string], SchemaObject>(
      `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name <> ? AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid`,
    );
  queries.set(sqlite, query);
  return query.all(ledgerTable);
}
