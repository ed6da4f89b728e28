import type { SchemaObject } from '../../replay/read-schema.ts';
import type { StatementPlace } from '../refused.ts';
import type { Relation } from '../relation.ts';
import type { TableShape } from '../table-shape.ts';

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
