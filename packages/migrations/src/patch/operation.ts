import type { Alteration, Creation } from './patch.ts';

/** A statement that SQLite runs as it is written. */
export interface RunOperation {
  readonly kind: 'run';
  /** By name key, all of the schema that it reads or changes, or that its text mentions. */
  readonly names: ReadonlySet<string>;
  readonly sql: string;
  /** It changes rows by the names of their columns, which are among these: another column is none of its business. */
  readonly columns: ReadonlySet<string> | undefined;
  readonly isRepeatable: boolean;
  /** By name key, the table that it makes, where that is all that it does. */
  readonly creates: string | undefined;
  /** It may set off what a foreign key asks for. */
  readonly isActing: boolean;
  /** It comes before an edit that leaves the rows as they lie, and looks whether they may. */
  readonly isPrelude: boolean;
  /** By name key, the table of which it looks whether its rows fit what is said of it then, where that is all that it does. */
  readonly looksAt?: string | undefined;
  /** A row may be gone, or have another key. */
  readonly mayOrphan: boolean;
}

/** A statement that changes the schema alone. */
export interface EditOperation {
  readonly kind: 'edit';
  readonly names: ReadonlySet<string>;
  readonly alterations: readonly Alteration[];
  readonly creations: readonly Creation[];
  readonly mustBeEmpty: readonly string[];
  /** By name key, where that is all that it does. */
  readonly addedColumn: string | undefined;
  /** By name key, the table that it makes, where that is all that it does. */
  readonly creates: string | undefined;
  /** It adds a column, an index or a table: what else stands in the schema does not matter to it. */
  readonly isAddition: boolean;
}

export type PatchOperation = RunOperation | EditOperation;

/** An edit that gives objects of the schema other texts, and asks nothing of the rows. */
export function alterationOf(names: ReadonlySet<string>, alterations: readonly Alteration[]): EditOperation {
  return {
    kind: 'edit',
    names,
    alterations,
    creations: [],
    mustBeEmpty: [],
    addedColumn: undefined,
    creates: undefined,
    isAddition: false,
  };
}
