import { fileError } from '@varve/core/internal';
import { type Database, isSqliteError, type Statement } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { reasonLeftOut } from '../unified/index.ts';
import { findPlaceBound } from './same-everywhere.ts';

export interface QueryResult {
  /** Distinct; a name that comes again is `name:1`, as SQLite itself has it in a subquery. */
  readonly columns: readonly string[];
  /** Integers as bigint, so that every value is the one SQLite has. */
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * A PRAGMA, explained or not. Some take effect while they are compiled, so none may reach `prepare`; and SQLite calls
 * some read-only that change the connection. Source: https://www.sqlite.org/pragma.html
 */
const pragma = (() => {
  const gap = String.raw`(?:[\s;]|--[^\n]*(?:\n|$)|/\*[\s\S]*?(?:\*/|$))*`;
  return new RegExp(`^${gap}(?:EXPLAIN\\b${gap}(?:QUERY\\b${gap}PLAN\\b${gap})?)?PRAGMA\\b`, 'i');
})();

/** A statement from outside that is known to read, and to return rows. */
export interface PreparedQuery {
  /** As in `QueryResult`. */
  readonly columns: readonly string[];
  /** @throws SQL_FAILED, FILE_CORRUPT, FILE_BUSY, FILE_UNREADABLE */
  iterate(): Generator<readonly unknown[]>;
}

/**
 * Runs SQL from outside: one statement that reads and returns rows, without parameters.
 *
 * @throws SQL_REFUSED, SQL_FAILED
 *
 * @example
 * ```ts
 * import { openUnified, runQuery } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const unified = await openUnified('view.db', { lineage, archives: 'archives' });
 * const { columns, rows } = runQuery(unified.sqlite, 'SELECT count(*) AS sessions FROM sessions');
 * console.log(columns, rows); // [ 'sessions' ] [ [ 1n ] ]
 * unified.close();
 * ```
 */
export function runQuery(sqlite: Database, sql: string): QueryResult {
  const query = prepareQuery(sqlite, sql);
  return { columns: query.columns, rows: [...query.iterate()] };
}

/**
 * Compiles SQL from outside, and runs nothing of it yet.
 *
 * @throws SQL_REFUSED, SQL_FAILED
 */
export function prepareQuery(sqlite: Database, sql: string): PreparedQuery {
  return prepareReading(sqlite, sql, true);
}

/** `prepareQuery` for what varve wrote, around SQL that was compiled alone before: it may name schemas. */
export function prepareOwnQuery(sqlite: Database, sql: string): PreparedQuery {
  return prepareReading(sqlite, sql, false);
}

function prepareReading(sqlite: Database, sql: string, isFromOutside: boolean): PreparedQuery {
  if (pragma.test(sql)) throw refusal('it is a PRAGMA');
  try {
    const statement: Statement<[], unknown[]> = sqlite.prepare(sql);
    if (!statement.readonly) throw refusal('it would write');
    if (!statement.reader) throw refusal('it returns no rows');
    const placeBound = isFromOutside ? findPlaceBound(sqlite, sql) : undefined;
    if (placeBound) throw placeBoundRefusal(placeBound);
    const columns = distinctNames(statement.columns().map((column) => column.name));
    return { columns, iterate: () => iterate(statement) };
  } catch (error) {
    throw queryError(error, sqlite);
  }
}

function* iterate(statement: Statement<[], unknown[]>): Generator<readonly unknown[]> {
  try {
    yield* statement.raw().safeIntegers().iterate();
  } catch (error) {
    throw queryError(error, statement.database);
  }
}

/** What SQLite says of these is said of the file, not of the query. */
const fileCodes = /^SQLITE_(CORRUPT|NOTADB|IOERR|BUSY|LOCKED)/;

function queryError(cause: unknown, sqlite: Database): unknown {
  // better-sqlite3's own: RangeError for too many or too few statements or parameters, TypeError for named ones.
  if (cause instanceof RangeError || cause instanceof TypeError) return refusal(cause.message, cause);
  if (!isSqliteError(cause)) return cause;
  if (fileCodes.test(cause.code)) return fileError(cause, sqlite.name);
  const leftOut = leftOutError(cause, sqlite);
  if (leftOut) return leftOut;
  const rowid = /^no such column: (.*\.)?(rowid|oid|_rowid_)$/i.test(cause.message);
  if (rowid) return placeBoundRefusal('it asks for a rowid');
  return new VarveError('SQL_FAILED', `SQLite could not run the query: ${cause.message}`, {
    hint: 'tables and columns are those of head; varve show FILE lists the tables',
    details: { sqliteCode: cause.code },
    cause,
  });
}

/** Where a name means what head has, and a view or an answer over archives has not. */
function leftOutError(cause: Error, sqlite: Database): VarveError | undefined {
  const [, name] = /^no such table: (?:main\.)?(.*)$/.exec(cause.message) ?? [];
  const reason = name === undefined ? undefined : reasonLeftOut(sqlite, name);
  if (reason === undefined) return undefined;
  return new VarveError('SQL_FAILED', `what is asked over several archives has no ${name}`, {
    hint: reason,
    details: { sqliteCode: 'SQLITE_ERROR', leftOut: name },
    cause,
  });
}

/** Its answer would be another for each way in which a file is read. */
function placeBoundRefusal(reason: string): VarveError {
  return new VarveError('SQL_REFUSED', `the statement does not run here: ${reason}`, {
    hint: 'name tables without a schema, and rows by the columns of their primary key: rowids are not kept',
    details: { reason },
  });
}

function refusal(reason: string, cause?: unknown): VarveError {
  return new VarveError('SQL_REFUSED', `the statement does not run here: ${reason}`, {
    hint: 'give one SELECT without parameters; only varve upgrade changes archives',
    details: { reason },
    cause,
  });
}

function distinctNames(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let n = 1; seen.has(distinct); n += 1) distinct = `${name}:${n}`;
    seen.add(distinct);
    return distinct;
  });
}
