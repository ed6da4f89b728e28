import Database from 'better-sqlite3';
import { applyMigration } from './apply-migration.ts';
import { ledgerTable } from './ledger.ts';
import type { Lineage } from './lineage.ts';
import { registerFunctions } from './register-functions.ts';

export interface SchemaObject {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  /** The table an index or trigger belongs to; else the object itself. */
  readonly table: string;
  readonly sql: string;
}

const cache = new WeakMap<Lineage, readonly (readonly SchemaObject[])[]>();

/** What a file of a version holds, as SQLite's own replay on an empty database makes it; without SQLite's internals. */
export function schemaAt(lineage: Lineage, version: number): readonly SchemaObject[] {
  let versions = cache.get(lineage);
  if (!versions) {
    versions = replaySchemas(lineage);
    cache.set(lineage, versions);
  }
  return versions[version] ?? [];
}

/** The objects of an open database, in the order they were made, without SQLite's internals and the ledger. */
export function readSchema(sqlite: Database.Database): SchemaObject[] {
  return sqlite
    .prepare<[string], SchemaObject>(
      `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name <> ? AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid`,
    )
    .all(ledgerTable);
}

function replaySchemas(lineage: Lineage): SchemaObject[][] {
  const sqlite = new Database(':memory:');
  try {
    sqlite.pragma('foreign_keys = OFF');
    registerFunctions(sqlite, lineage);
    const versions = [readSchema(sqlite)];
    for (const migration of lineage.migrations) {
      applyMigration(sqlite, migration);
      versions.push(readSchema(sqlite));
    }
    return versions;
  } finally {
    sqlite.close();
  }
}
