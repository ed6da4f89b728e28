import type BetterSqlite3 from 'better-sqlite3';

/**
 * What varve needs of a driver's connection. Another driver is one more file beside `better-sqlite3.ts` that answers
 * this. Where a user gets the connection itself (`session.sqlite`, `archive.sqlite`), it is today's driver's own.
 */
export type Connection = Pick<
  BetterSqlite3.Database,
  | 'name'
  | 'open'
  | 'inTransaction'
  | 'prepare'
  | 'exec'
  | 'pragma'
  | 'transaction'
  | 'function'
  | 'table'
  | 'serialize'
  | 'unsafeMode'
  | 'close'
>;

/** Today's driver's own connection. */
export type Database = BetterSqlite3.Database;
export type Statement<Binds extends unknown[] | object = unknown[], Row = unknown> = BetterSqlite3.Statement<
  Binds extends unknown[] ? Binds : [Binds],
  Row
>;

export interface OpenFileOptions {
  readonly readonly?: boolean;
  /** Unless given, a file that is not there is made. */
  readonly fileMustExist?: boolean;
  /** How long a statement waits for another connection's lock. */
  readonly timeout?: number;
}
