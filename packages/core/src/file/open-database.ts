import { type Database, isSqliteError, openImage as openBytes, openFile } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { onFile } from './file-error.ts';

export { type Database, openMemory } from '@varve/migrations/internal';

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
export function openDatabase(path: string, options: OpenDatabaseOptions = {}): Database {
  assertExactPath(path);
  const sqlite = onFile(path, () => {
    return openFile(path, {
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
export function openImage(bytes: Buffer): Database {
  const sqlite = openBytes(bytes);
  sqlite.exec(distrust);
  return sqlite;
}

/** better-sqlite3 takes blanks off the ends of a name, and would open another file. */
export function assertExactPath(path: string): void {
  if (path === path.trim()) return;
  throw new VarveError('FILE_UNREADABLE', 'a path that begins or ends with a blank cannot be opened', {
    path,
    hint: 'rename the file',
  });
}

export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && error.code.startsWith('SQLITE_BUSY');
}

export function isNotADatabase(error: unknown): boolean {
  return isSqliteError(error) && error.code === 'SQLITE_NOTADB';
}

export function isMissing(error: unknown): boolean {
  return isSqliteError(error) && error.message.startsWith('no such ');
}
