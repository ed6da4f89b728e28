/** Rows of a table that loses a column, as they are to be. */
export interface NarrowedRows {
  /** Where the rows must be moved and not copied: makes known what that needs, while the schema may be written. */
  readonly prepare?: () => void;
  /** Writes them apart. */
  write(): void;
  /** Gives them to the table, while the schema may be written. */
  settle(): void;
  /** Drops what was left behind. */
  drop(): void;
}
