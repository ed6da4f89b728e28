/** A lineage in the likeness of a real one, with the rows that its first version has when the others come. */
export interface Story {
  readonly title: string;
  readonly rows: string;
  readonly steps: readonly string[];
  /** Columns that are others at each replay. */
  readonly chance?: readonly string[];
  /** Steps that SQLite runs only while the views are set aside. */
  readonly underViews?: readonly number[];
}
