import { statSync } from 'node:fs';
import { onFile } from '@varve/core/internal';
import { type Database, openFile } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { isParquetManifest } from '../find/index.ts';
import { isFilling } from './filling.ts';
import { isHalfWritten, isUnifiedFile } from './unified-file.ts';

/**
 * Opens a unified view as it lies, without its archives and without bringing it up to date. Undefined when the path is
 * no file, or the file no unified view.
 *
 * @throws UNIFIED_UNFINISHED while it is being filled, or where that was killed; FILE_EMPTY, FILE_NOT_A_DATABASE, FILE_CORRUPT, FILE_UNREADABLE
 *
 * @example
 * ```ts
 * import { openUnified, readUnified } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const unified = await openUnified('view.db', { lineage, archives: 'archives' });
 * unified.close();
 * const sqlite = readUnified('view.db');
 * console.log(sqlite?.prepare('SELECT agent_name FROM sessions').pluck().get()); // support
 * sqlite?.close();
 * ```
 */
export function readUnified(file: string): Database | undefined {
  return onFile(file, () => openFinished(file));
}

function openFinished(file: string): Database | undefined {
  if (isParquetManifest(file)) return undefined;
  if (!statSync(file, { throwIfNoEntry: false })?.isFile() || !isUnifiedFile(file)) return undefined;
  const sqlite = openReader(file);
  try {
    if (!isFilling(sqlite)) return sqlite;
  } catch (error) {
    if (!isHalfWritten(error)) throw error;
  }
  sqlite.close();
  throw new VarveError('UNIFIED_UNFINISHED', 'the unified view does not hold all its archives yet', {
    path: file,
    hint: 'let the run that fills it finish, or run it again: it goes on where it was',
  });
}

/** As much as SQLite maps into memory: looking up a page there takes a third of the time that reading it takes. */
const mappedBytes = 0x7fff0000;

/** A connection to a unified view that cannot write. */
export function openReader(file: string): Database {
  const sqlite = openFile(file, { readonly: true });
  sqlite.pragma('trusted_schema = OFF');
  sqlite.pragma('cell_size_check = ON');
  sqlite.pragma(`mmap_size = ${mappedBytes}`);
  return sqlite;
}
