export interface HeadColumn {
  /** In a view. */
  readonly name: string;
  /** At head. */
  readonly source: string;
  /** As declared; empty when it has none. */
  readonly type: string;
  readonly collation: string;
  readonly isNotNull: boolean;
  readonly isGenerated: boolean;
  /** One of a few words, says the lineage's Drizzle table. */
  readonly isEnum: boolean;
}

export interface KeyColumn {
  readonly name: string;
  readonly collation: string;
}

export interface ForeignKey {
  readonly parent: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface HeadIndex {
  /** The CREATE INDEX statement. */
  readonly sql: string;
  readonly isUnique: boolean;
  /** Without expressions. */
  readonly columns: readonly string[];
}

/** A table of head as SQLite itself describes it. */
export interface HeadTable {
  /** In a view. */
  readonly name: string;
  /** At head. */
  readonly source: string;
  /** The CREATE TABLE statement, under the names of a view. */
  readonly ddl: string;
  readonly isStrict: boolean;
  readonly columns: readonly HeadColumn[];
  /** Empty for a table without a primary key. */
  readonly primaryKey: readonly KeyColumn[];
  /** The UNIQUE constraints. */
  readonly uniques: readonly (readonly KeyColumn[])[];
  readonly foreignKeys: readonly ForeignKey[];
  /** The expressions of the CHECK constraints, in their parentheses. */
  readonly checks: readonly string[];
  readonly indexes: readonly HeadIndex[];
}
