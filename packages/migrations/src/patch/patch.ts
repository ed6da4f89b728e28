import type { SchemaObject } from '../replay/index.ts';

/** What becomes of an entry of the schema that stays what it is: its text is another, and it may have a new name. */
export interface Alteration {
  readonly type: SchemaObject['type'];
  readonly name: string;
  readonly to: SchemaObject;
  /** Of a table: what each column that is stored was before. */
  readonly columns: readonly ColumnOrigin[];
  /** Of a table: the columns that rows hold before, in order. */
  readonly stored: readonly string[];
  readonly renewed?: Renewal | undefined;
  /** A column that takes room in the rows goes. */
  readonly isNarrowed: boolean;
}

/** Of a table that SQLite would make anew: what it forgets and counts again. */
export interface Renewal {
  /** What the table was called each time. */
  readonly names: readonly string[];
  /** The key that AUTOINCREMENT counts, on from the rows that there are. */
  readonly counted: string | undefined;
}

export interface ColumnOrigin {
  readonly name: string;
  /** Undefined for a column that is new, and begins with its default. */
  readonly from: string | undefined;
}

/** An entry of the schema that is made where no row is: SQLite need not run its statement. */
export interface Creation {
  readonly object: SchemaObject;
  /** Its own row in the schema and those of the indexes that its constraints make, in order. */
  readonly rows: readonly CreatedRow[];
  /** The table of the file that must be empty for it to be made so; without one there are no rows to be had. */
  readonly over: string | undefined;
  readonly renewed?: Renewal | undefined;
}

export interface CreatedRow {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string | null;
  /** What its page begins as: https://www.sqlite.org/fileformat.html#b_tree_pages */
  readonly page: 'table' | 'index' | undefined;
}

/** The pages that the entries get which are made without a statement. */
export type PreparedPages = ReadonlyMap<Creation, readonly (number | undefined)[]>;

export interface PatchScript {
  readonly sql: string;
  /** One statement, which may set off what a foreign key asks for; else any number that do not. */
  readonly isActing: boolean;
}

/** Statements as they are written, or what the schema says once statements that touch no row have run. */
export type PatchBatch =
  | {
      readonly kind: 'run';
      readonly scripts: readonly PatchScript[];
      /** It does more than to look whether rows may stay as they lie. */
      readonly isOfRows: boolean;
    }
  | {
      readonly kind: 'edit';
      readonly alterations: readonly Alteration[];
      readonly creations: readonly Creation[];
      /** Tables that may hold no row: SQLite would refuse the statement then. */
      readonly mustBeEmpty: readonly string[];
    };

/**
 * The pending migrations of a version, as they are run on a file: statements that touch rows as they are written, those
 * that change no more than the schema as what it says afterwards. Plain data.
 */
export interface Patch {
  readonly batches: readonly PatchBatch[];
  /** By name key, all that it does more to than to add a column or an index. */
  readonly touched: ReadonlySet<string>;
  /** By name key, all that it makes. */
  readonly made: ReadonlySet<string>;
  /** The tables of the file, by name, whose rows it reads or changes, or drops page by page. */
  readonly readTables: readonly string[];
  /** Those whose hidden rowids are given out anew where they have gaps. */
  readonly renumbered: readonly { readonly table: string; readonly rowid: string }[];
  /** By name key, under all the names that they have on the way, the tables whose rows may be others afterwards. */
  readonly written: ReadonlySet<string>;
  /** The tables whose rows may lose a parent, in the file and at head. */
  readonly children: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** Those of them that hold what a clock or chance says. */
  readonly unrepeatable: ReadonlySet<string>;
  /** By name key, those of head whose rows may not fit what it demands of them: `quick_check` tells. */
  readonly demanding: ReadonlySet<string>;
}
