import type { Database } from '@varve/migrations/internal';
import type { StagedArchive } from '../stage/index.ts';

/** What a column of the engine holds; `mixed` is text, since SQLite lets any value into any column. */
export type WarehouseKind = 'integer' | 'real' | 'text' | 'json' | 'blob' | 'mixed';

export interface WarehouseColumn {
  readonly name: string;
  readonly kind: WarehouseKind;
}

/** A table of head as an engine has it, with `_archive` and `_version` before its own columns. */
export interface WarehouseTable {
  readonly name: string;
  readonly columns: readonly WarehouseColumn[];
  /** The columns that tell the rows of one archive apart, none of them ever NULL; empty where there are none. */
  readonly key: readonly string[];
}

/** An archive as the engine last had it. */
export interface LoadedArchive {
  readonly id: bigint;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly etag: string;
  /** Of the migrations by which its rows were read. */
  readonly head: string;
  readonly state: string;
}

/** Archives whose rows lie in a stage, numbered by their paths. */
export interface LoadBatch {
  readonly sqlite: Database;
  readonly tables: readonly WarehouseTable[];
  readonly archives: readonly StagedArchive[];
  readonly head: string;
}

/** What an engine must do for the tables of a lineage. Statements are the engine's own. */
export interface WarehouseDialect {
  createTable(table: WarehouseTable): readonly string[];
  dropTable(table: string): readonly string[];
  addColumn(table: WarehouseTable, column: WarehouseColumn): readonly string[];
  dropColumn(table: WarehouseTable, column: string): readonly string[];
  widenColumn(table: WarehouseTable, column: string): readonly string[];
  /** Changes to columns, with what must be done before and after; `table` is as it is then. */
  changeTable(table: WarehouseTable, changes: readonly string[]): readonly string[];
}

/**
 * A database that holds the rows of archives, each replaced as a whole. Every method throws WAREHOUSE_UNREACHABLE when the
 * engine does not answer, and WAREHOUSE_REFUSED when it refuses a statement.
 */
export interface Warehouse extends AsyncDisposable {
  readonly dialect: WarehouseDialect;
  /** Facts by name, kept in the database; undefined for one that varve has not touched yet. */
  readFacts(): Promise<ReadonlyMap<string, string> | undefined>;
  /** Runs statements, then keeps the facts. */
  change(statements: readonly string[], facts: Readonly<Record<string, string>>): Promise<void>;
  readLoaded(ids: readonly bigint[]): Promise<LoadedArchive[]>;
  /** Puts archives in the place of what the database has of them, each whole or not at all. */
  write(batch: LoadBatch): Promise<void>;
  /** Every archive of the ledger, page by page, in no order. */
  listLoaded(): AsyncIterable<readonly { readonly id: bigint; readonly path: string }[]>;
  /** Removes archives with their rows. */
  remove(ids: readonly bigint[]): Promise<void>;
  /** Takes away what lies there unseen of archives that were replaced or removed. */
  sweep(): Promise<void>;
  /** Lets an older archive's rows go where a newer one holds the session of the same UUID. */
  settleDuplicates(): Promise<void>;
  close(): Promise<void>;
}
