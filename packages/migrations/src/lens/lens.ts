/** How a head table is read from an older file, from the cheapest way to the dearest. */
export type LensStrategy = 'identity' | 'view' | 'materialized';

/** Why a file must be replayed on a copy: the first statement that could not be compiled. */
export interface LensRefusal {
  readonly migration: string;
  readonly statement: string;
  readonly reason: string;
}

/**
 * Statements that no query expresses, and that SQLite runs when the lens is installed, on TEMP copies of the tables
 * that they reach.
 */
export interface LensStage {
  readonly runs: readonly {
    readonly migration: string;
    readonly statement: string;
    readonly reason: string;
  }[];
  readonly setup: readonly string[];
}

export interface LensTable {
  readonly name: string;
  /** The columns that `select` yields, in head's order; a materialized table computes its generated columns itself. */
  readonly columns: readonly string[];
  readonly strategy: LensStrategy;
  /** What stands in the way of a cheaper strategy; undefined for `identity`. */
  readonly why: string | undefined;
  /** True where a replay need not leave rows the rowids of the file: a column shows them, or SQLite chose new ones. */
  readonly hasFreeRowids: boolean;
  /** The file's table whose every row, and no other, this one holds; undefined where there is none. */
  readonly wholeOf: string | undefined;
  /** True where the rows of `wholeOf`, byte for byte as they lie, are this table's under head's declaration. */
  readonly keepsRecords: boolean;
  /** True where it has no row, whatever the file holds. */
  readonly isEmpty: boolean;
  /**
   * The rows of the table at head, as a query over a file of the lens's version attached under a schema name. Where
   * the lens has stages, a materialized table is read from what `installLens` made of the file opened as `main`.
   * Formatted for people: one clause a line, nested steps indented.
   */
  select(schema: string): string;
}

/**
 * Reads files of version `from` as if their pending migrations had run. Depends on the lineage and the version alone.
 * With a `refusal`, `tables` and `views` are empty and the file must be replayed.
 */
export interface Lens {
  readonly from: number;
  readonly to: number;
  /** In the order in which head's tables were made. */
  readonly tables: readonly LensTable[];
  /** The statements that lay the head's views over the lens, in the order they were made. */
  readonly views: readonly { readonly name: string; readonly sql: string }[];
  readonly refusal: LensRefusal | undefined;
  /** In the order in which they run; none where nothing at head comes from them. */
  readonly stages: readonly LensStage[];
  /** The statements that run the stages and fill the materialized tables, for `installLens`. */
  readonly setup: readonly string[];
  /**
   * The TEMP views laid over the rest, in their order. One of head's own views names others of them; of tables, or of
   * names that head does not have, each stands for itself.
   */
  readonly overlays: readonly { readonly name: string; readonly sql: string }[];
}
