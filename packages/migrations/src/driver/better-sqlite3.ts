import BetterSqlite3, { SqliteError } from 'better-sqlite3';
import type { Database, OpenFileOptions } from './driver.ts';

/** Opens a file; an empty path is a private temporary database that is gone when it is closed. */
export function openFile(path: string, options: OpenFileOptions = {}): Database {
  return new BetterSqlite3(path, options);
}

/** A new database in memory, made by a script. */
export function openMemory(script = ''): Database {
  const sqlite = new BetterSqlite3(':memory:');
  sqlite.exec(script);
  return sqlite;
}

/** Opens the bytes of a database file as a database in memory. It cannot make files that it is told to attach. */
export function openImage(bytes: Buffer): Database {
  return new BetterSqlite3(bytes, { fileMustExist: true });
}

/** What SQLite itself reports, with its extended result code by name: `SQLITE_BUSY_SNAPSHOT`. */
export function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof SqliteError;
}
