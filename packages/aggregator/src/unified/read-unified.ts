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
  return openReader(file);
}

/** As much as SQLite maps into memory: looking up a page there takes a third of the time that reading it takes. */
const mappedBytes = 0x7fff0000;

/** A connection to a unified view that cannot write. */
export function openReader(file: string): Database.Database {
  const sqlite = new Database(file, { readonly: true });
  sqlite.pragma('trusted_schema = OFF');
  sqlite.pragma('cell_size_check = ON');
  sqlite.pragma(`mmap_size = ${mappedBytes}`);
  return sqlite;
}
