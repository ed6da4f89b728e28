import type { LedgerSettings } from './ledger-settings.ts';

/** A value as SQLite passes it to an application's own SQL function. */
export type SqlValue = string | number | bigint | Buffer | null;

/** An SQL function that a lineage's migrations call. It must return the same for the same arguments. */
export type SqlFunction = (...values: SqlValue[]) => SqlValue;

/** One SQL file, immutable once merged. */
export interface Migration {
  /** The file's or folder's name without its ending, as in `0003_add_findings`. */
  readonly name: string;
  /** The text with line endings as `\n` and without a byte order mark. */
  readonly sql: string;
  /** The stamp that Drizzle stores as `created_at`, in milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** What a schema module exports: Drizzle tables, their relations, and whatever else stands beside them. */
export type TableModule = Record<string, unknown>;

/** The ordered migrations of one schema, with its head tables. Version k is what the first k migrations make. */
export interface Lineage<TTables extends TableModule = TableModule> {
  readonly name: string;
  readonly tables: TTables;
  readonly migrations: readonly Migration[];
  readonly functions: Readonly<Record<string, SqlFunction>>;
  /** Where applied migrations are written, unless it is Drizzle's own table. */
  readonly ledger?: LedgerSettings;
  /** Whether an explicit DELETE, UPDATE or REPLACE of a migration does to children what foreign keys say: `on`. */
  readonly foreignKeys?: 'on' | 'off';
}

/**
 * The lineage as it was at an older version, without the tables that only head knows.
 *
 * @example
 * ```ts
 * import { defineLineage, lineageAt } from '@varve/migrations';
 *
 * const lineage = defineLineage({
 *   name: 'notes',
 *   tables: {},
 *   migrations: [
 *     { name: '0000_notes', createdAtMs: 1, sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)' },
 *     { name: '0001_tags', createdAtMs: 2, sql: "ALTER TABLE notes ADD tag TEXT DEFAULT 'none'" },
 *   ],
 * });
 * console.log(lineageAt(lineage, 1).migrations.length); // 1
 * ```
 */
export function lineageAt(lineage: Lineage, version: number): Lineage {
  return { ...lineage, tables: {}, migrations: lineage.migrations.slice(0, version) };
}
