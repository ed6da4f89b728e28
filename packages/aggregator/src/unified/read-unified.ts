import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { isUnifiedFile } from './unified-file.ts';

/**
 * Opens a unified view as it lies, without its archives and without bringing it up to date. Undefined when the path is
 * no file, or the file no unified view.
 *
 * @throws FILE_EMPTY, FILE_NOT_A_DATABASE, FILE_CORRUPT, FILE_UNREADABLE
 */
export function readUnified(file: string): Database.Database | undefined {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile() || !isUnifiedFile(file)) return undefined;
  const sqlite = new Database(file, { readonly: true });
  sqlite.pragma('trusted_schema = OFF');
  sqlite.pragma('cell_size_check = ON');
  return sqlite;
}
