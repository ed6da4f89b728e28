export type Affinity = 'blob' | 'text' | 'integer' | 'real' | 'numeric';

export interface ColumnShape {
  readonly name: string;
  readonly declaredType: string;
  readonly affinity: Affinity;
  readonly collation: string;
  readonly isGenerated: boolean;
  readonly isNotNull: boolean;
  /** The DEFAULT expression as written, without its parentheses. */
  readonly defaultSql: string | undefined;
}

/** What SQLite itself says of a table made by a statement. */
export interface TableShape {
  readonly name: string;
  readonly ddl: string;
  readonly columns: readonly ColumnShape[];
  /** The INTEGER PRIMARY KEY column, for which SQLite invents values. */
  readonly rowidAlias: string | undefined;
  readonly isStrict: boolean;
  readonly hasRowid: boolean;
  /** True when SQLite never gives out a key again. */
  readonly isAutoincrement: boolean;
  /** True when a constraint of the table resolves conflicts by itself, as in UNIQUE ON CONFLICT REPLACE. */
  readonly resolvesConflicts: boolean;
}
