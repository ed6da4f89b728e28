import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { stampOf } from '../log/index.ts';

/** More is not held in memory. */
const mostBytes = 1 << 30;

/**
 * Opens a database to be read. SQLite needs files beside one that has a write-ahead log; where it may not make them, in a backup
 * or a folder that is mounted to be read, the database is read into memory, if nothing but its own file tells of it.
 *
 * @throws FILE_READ_ONLY where it cannot be read without those.
 */
export function openToRead(path: string): Database.Database {
  const sqlite = new Database(path, { readonly: true, fileMustExist: true });
  try {
    sqlite.pragma('schema_version');
    return sqlite;
  } catch (error) {
    sqlite.close();
    if (!(error instanceof Database.SqliteError) || !refusals.has(error.code)) throw error;
    const image = readAtRest(path);
    if (image) return new Database(image);
    throw isWritable(dirname(path)) ? error : needsNeighbours(path, error);
  }
}

const refusals = new Set(['SQLITE_READONLY_DIRECTORY', 'SQLITE_CANTOPEN']);

/** Undefined for one that is too large, and one that is changed, or whose last changes are not in it yet. */
function readAtRest(path: string): Buffer | undefined {
  const isAtRest = () => !statSync(`${path}-wal`, { throwIfNoEntry: false })?.size;
  const before = stampOf(path);
  if (statSync(path).size > mostBytes || !isAtRest()) return undefined;
  const image = readFileSync(path);
  if (stampOf(path) !== before || !isAtRest()) return undefined;
  // https://sqlite.org/fileformat2.html#file_format_version_numbers: memory has no write-ahead log.
  return image.fill(1, 18, 20);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function needsNeighbours(path: string, cause: Error): VarveError {
  return new VarveError('FILE_READ_ONLY', 'the folder of the database may not be written', {
    path,
    hint: 'copy the database, with its -wal file, into a folder that may be: SQLite keeps files beside it while it is read',
    cause,
  });
}
