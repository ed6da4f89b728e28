import { VarveError } from '@varve/schema';
import Database, { SqliteError } from 'better-sqlite3';
import { onFile } from './file-error.ts';

export type { Database } from 'better-sqlite3';

export interface OpenDatabaseOptions {
  readonly readonly?: boolean;
  /** The schema is our own: its triggers and generated columns may call the lineage's functions. */
  readonly isTrusted?: boolean;
  /** How long a statement waits for another connection's lock. */
  readonly busyTimeoutMs?: number;
}

/**
 * Pragmas for files that may come from strangers: nothing in their schema may call a function that is not harmless,
 * and cells are checked before they are read. Source: https://www.sqlite.org/security.html
 */
const distrust = 'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;';

/** Opens a database file that must exist. Nothing is read from it yet. */
export function openDatabase(path: string, options: OpenDatabaseOptions = {}): Database.Database {
  assertExactPath(path);
  const sqlite = onFile(path, () => {
    return new Database(path, {
      fileMustExist: true,
      readonly: options.readonly ?? false,
      timeout: options.busyTimeoutMs ?? defaultBusyTimeoutMs,
    });
  });
  if (!options.isTrusted) sqlite.exec(distrust);
  return sqlite;
}

export const defaultBusyTimeoutMs = 5000;

/** Opens the bytes of a database file as a database in memory. Nothing is read from it yet. */
export function openImage(bytes: Buffer): Database.Database {
  // Nor may it make a file that it is told to attach.
  const sqlite = new Database(bytes, { fileMustExist: true });
  sqlite.exec(distrust);
  return sqlite;
}

/** better-sqlite3 takes blanks off the ends of a name, and would open another file. */
function assertExactPath(path: string): void {
  if (path === path.trim()) return;
  throw new VarveError('FILE_UNREADABLE', 'a path that begins or ends with a blank cannot be opened', {
    path,
    hint: 'rename the file',
  });
}

/** A new database in memory, made by a script. */
export function openMemory(script = ''): Database.Database {
  const sqlite = new Database(':memory:');
  sqlite.exec(script);
  return sqlite;
}

export function isBusy(error: unknown): boolean {
  return error instanceof SqliteError && error.code.startsWith('SQLITE_BUSY');
}

export function isNotADatabase(error: unknown): boolean {
  return error instanceof SqliteError && error.code === 'SQLITE_NOTADB';
}

export function isMissing(error: unknown): boolean {
  return error instanceof SqliteError && error.message.startsWith('no such ');
}
