/** Where in a lineage a statement stands. */
export interface StatementPlace {
  readonly migration: string;
  readonly statement: string;
}

/** Thrown where a statement cannot be compiled with exactly the meaning SQLite gives it. Never leaves the compiler. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** The statement that could not be compiled; a table remembers it for those that read the table later. */
  readonly place: StatementPlace | undefined;

  constructor(reason: string, place?: StatementPlace) {
    super(reason);
    this.place = place;
  }
}

/** Thrown for a statement that may change any table: none can be known after it. */
export class RefusedEverywhere extends Refused {}
