import type { SchemaObject } from '../replay/index.ts';
import type { StatementPlace } from './refused.ts';
import type { TableShape } from './table-shape.ts';
import type { Step } from './trace-lineage.ts';
import type { Value } from './value.ts';

/** What a table holds at a moment of the lineage, as a query over the file: the rows of all arms, one after another. */
export interface Relation {
  readonly columns: readonly string[];
  /** At least one. */
  readonly arms: readonly Arm[];
  /** The last statement that added rows: SQLite gave them rowids of its own choice. */
  readonly renumberedBy: Step | undefined;
}

/** One SELECT. */
export interface Arm {
  /** One for each column; undefined for a generated column that only SQLite can compute. */
  readonly values: readonly (Value | undefined)[];
  readonly source: Source;
  readonly where: string | undefined;
  /** Tables that subqueries of this arm read, by the name they use, as they were at that moment. */
  readonly reads: ReadonlyMap<string, Relation>;
  /** Why the rows should be computed once rather than by every query, if they should. */
  readonly materializeReason: string | undefined;
}

export type TableSource = Extract<Source, { kind: 'table' }>;

/** `nothing` yields no row; its arm is there for its columns. */
export type Source =
  | { readonly kind: 'nothing' }
  /** A table of the file, or one that a stage left. `rowid` is a name for its rowid, if it has one. */
  | {
      readonly kind: 'table';
      readonly name: string;
      readonly rowid: string | undefined;
      readonly stage: Stage | undefined;
      /** Where AUTOINCREMENT counts for the rows, unless it is the table itself. */
      readonly countedBy?: TableSource;
    }
  /** SQLite computes all rows of a barrier before it looks at any expression above it. */
  | {
      readonly kind: 'relation';
      readonly alias: string;
      readonly relation: Relation;
      readonly isBarrier: boolean;
    }
  | { readonly kind: 'rows'; readonly rows: readonly string[] }
  /** A query of a migration as written; its columns are called column1, column2 and so on. */
  | {
      readonly kind: 'query';
      readonly sql: string;
      readonly columnCount: number;
      readonly isBarrier: boolean;
    };

/** A statement that SQLite itself runs, and what keeps it from being a query. */
export interface StageRun extends StatementPlace {
  readonly sql: string;
  readonly reason: string;
  /** True where foreign keys may act on rows of the table that sets them off. */
  readonly isRecursive: boolean;
}

/** A TEMP table that is, row for row and rowid for rowid, what a replay would find under its name. */
export interface Replica {
  readonly table: TableShape;
  readonly rows: Relation;
  /** Where AUTOINCREMENT left off: a table of the file or of an earlier stage. */
  readonly sequence: { readonly schema: 'main' | 'temp'; readonly name: string } | undefined;
  readonly indexes: readonly SchemaObject[];
}

/** Rows that are computed once, on the way: a query over more would be too deep for SQLite, or too long. */
export interface Store {
  readonly name: string;
  readonly relation: Relation;
  /** A name for the rowid, where the rows still have the one they were given. */
  readonly rowid: string | undefined;
}

/**
 * Statements that no query expresses, one after another: run as they stand, on replicas of all tables they reach. TEMP
 * tables shadow those of the file. Afterwards the tables they changed stay, under names of their own.
 */
export class Stage {
  readonly runs: StageRun[] = [];
  /** By name key, as the other maps. */
  readonly replicas = new Map<string, Replica>();
  readonly views = new Map<string, SchemaObject>();
  readonly triggers = new Map<string, SchemaObject>();
  /** Triggers that do what foreign keys do. */
  readonly actions = new Map<string, SchemaObject>();
  /** The tables that it changes or makes. */
  readonly changed = new Map<string, TableShape>();
  /** Every table it reaches, replica or not. */
  readonly reached = new Set<string>();
  /** Earlier stages whose virtual tables it reaches. */
  readonly needs = new Set<Stage>();
  /** Set for a stage that runs no statement. */
  store: Store | undefined;
  /** Set for a stage that only takes away what this one made. */
  onlyAfter: Stage | undefined;
  readonly #id: number;

  constructor(id: number) {
    this.#id = id;
  }

  /** What a table that it changed is called afterwards. */
  nameAfterwards(table: string): string {
    return `varve stage ${this.#id}: ${table}`;
  }
}
