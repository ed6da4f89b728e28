import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, linkSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readHeader } from '@varve/core';
import { lookBeside } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import {
  type Database,
  isSqliteError,
  openFile,
  openMemory,
  quoteIdentifier,
  registerFunctions,
} from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { sidecarSuffixes, viewApplicationId } from '../find/index.ts';

import { archivesDdl } from './archives-table.ts';
import { beginFilling, endFilling, isTorn } from './filling.ts';
import { readHeadTables } from './head-tables.ts';
import { writeLeftOut } from './left-out.ts';
import { compareLineage, readLineageRecord, writeLineageRecord } from './lineage-record.ts';
import { RetainedRows } from './retained-rows.ts';
import { createSearchIndexes, dropSearchIndexes, readSearchIndexes } from './search-index.ts';
import { unifiedTableDdl } from './unified-ddl.ts';

/** Four times SQLite's own: whole archives come and whole tables are read, so a quarter of the calls does. */
const pageSizeBytes = 16_384;

/**
 * Opens a unified file for writing. Makes it where there is none; when the lineage has moved on since it was written,
 * or the machine went down while it was filled, replaces its tables by head's, with no rows but those that no archive holds any more.
 *
 * @throws UNIFIED_FOREIGN, UNIFIED_STUCK, VERSION_AHEAD; the file is as it was.
 */
export function openUnifiedFile(file: string, lineage: Lineage): Database {
  if (existsSync(file)) assertUnifiedFile(file);
  else createUnifiedFile(file, lineage);
  // What is attached to it must exist, too.
  const sqlite = openFile(file, { timeout: 30_000, fileMustExist: true });
  try {
    distrust(sqlite);
    assertSameLineage(sqlite, lineage, file);
    if (isTorn(sqlite)) return replaceUnifiedFile(sqlite, lineage);
    if (!isCurrent(sqlite, lineage)) bringToHead(sqlite, lineage);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** Its pages cannot be trusted, not even to be dropped. */
function replaceUnifiedFile(torn: Database, lineage: Lineage): Database {
  const file = torn.name;
  torn.close();
  for (const suffix of ['', ...sidecarSuffixes]) rmSync(file + suffix, { force: true });
  return openUnifiedFile(file, lineage);
}

/** Complete or not at all: made in memory, written beside, and linked to its name unless another process was faster. */
function createUnifiedFile(file: string, lineage: Lineage): void {
  // Named as core names its work files, so that no walk takes what a crash leaves for an archive.
  const fresh = join(dirname(file), `.${basename(file)}.${randomBytes(8).toString('hex')}.creating`);
  const sqlite = openMemory();
  try {
    sqlite.pragma(`page_size = ${pageSizeBytes}`);
    sqlite.pragma(`application_id = ${viewApplicationId}`);
    createTables(sqlite, lineage);
    writeFileSync(fresh, sqlite.serialize(), { flush: true, flag: 'wx' });
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    sqlite.close();
    rmSync(fresh, { force: true });
  }
}

/** A view that holds some archives for a while, in a file that nobody else knows and that a crash may cost. */
export function createPart(file: string, lineage: Lineage): Database {
  writeFileSync(file, '');
  const sqlite = openFile(file, { fileMustExist: true });
  distrust(sqlite);
  sqlite.pragma(`page_size = ${pageSizeBytes}`);
  sqlite.pragma('journal_mode = MEMORY');
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma('temp_store = MEMORY');
  createTables(sqlite, lineage);
  return sqlite;
}

/** Of what the archives hold, and of the order in which their rows come. */
function distrust(sqlite: Database): void {
  sqlite.pragma('trusted_schema = OFF');
  sqlite.pragma('cell_size_check = ON');
  sqlite.pragma('foreign_keys = OFF');
}

function createTables(sqlite: Database, lineage: Lineage): void {
  registerFunctions(sqlite, lineage);
  const tables = readHeadTables(lineage);
  sqlite.exec(archivesDdl);
  for (const table of tables) {
    for (const statement of unifiedTableDdl(table, tables)) sqlite.exec(statement);
  }
  writeLineageRecord(sqlite, lineage);
  writeLeftOut(sqlite, lineage);
  beginFilling(sqlite);
}

function isCurrent(sqlite: Database, lineage: Lineage): boolean {
  return compareLineage(readLineageRecord(sqlite), lineage) === 'current';
}

function bringToHead(sqlite: Database, lineage: Lineage): void {
  using gone = new RetainedRows(sqlite, lineage);
  sqlite.transaction(() => rebuild(sqlite, lineage, gone)).immediate();
}

function rebuild(sqlite: Database, lineage: Lineage, gone: RetainedRows): void {
  // Another process may have done it since.
  if (isCurrent(sqlite, lineage)) return;
  const isSearched = readSearchIndexes(sqlite).length > 0;
  dropSearchIndexes(sqlite);
  const hasGone = gone.take();
  const tables = sqlite
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'`)
    .pluck()
    .all() as string[];
  for (const table of tables) sqlite.exec(`DROP TABLE ${quoteIdentifier(table)}`);
  createTables(sqlite, lineage);
  if (hasGone) {
    gone.put();
    // What no archive holds is not put at risk.
    endFilling(sqlite, readHeadTables(lineage));
  }
  if (isSearched) createSearchIndexes(sqlite, readHeadTables(lineage));
}

function assertUnifiedFile(file: string): void {
  try {
    if (isUnifiedFile(file)) return;
  } catch (cause) {
    throw foreign(file, cause);
  }
  throw foreign(file);
}

/** Tells by the header where that is safe, else by SQLite: a view that is in use has its sidecars already. */
export function isUnifiedFile(file: string): boolean {
  const inUse = Object.keys(lookBeside(file)).length > 0;
  return (inUse ? readApplicationId(file) : readHeader(file).applicationId) === viewApplicationId;
}

function readApplicationId(file: string): unknown {
  const sqlite = openFile(file, { readonly: true });
  try {
    return sqlite.pragma('application_id', { simple: true });
  } catch (error) {
    // Nobody has the file open then.
    if (isHalfWritten(error)) return readStampedId(file);
    throw error;
  } finally {
    sqlite.close();
  }
}

/** Half a transaction may have torn the file, but not this. Source: https://www.sqlite.org/fileformat.html, 1.3 */
function readStampedId(file: string): number {
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header);
  } finally {
    closeSync(descriptor);
  }
  return header.readUInt32BE(68);
}

/** Whether a crash has left a journal that a reader cannot undo. */
export function isHalfWritten(error: unknown): boolean {
  return isSqliteError(error) && error.code.startsWith('SQLITE_READONLY');
}

function assertSameLineage(sqlite: Database, lineage: Lineage, file: string): void {
  const relation = compareLineage(readLineageRecord(sqlite), lineage);
  if (relation === 'foreign') throw foreign(file);
  if (relation === 'ahead') {
    throw new VarveError('VERSION_AHEAD', 'the unified view was written by a newer version of the lineage', {
      path: file,
      hint: 'update this program, or unify into another file',
      details: { lineage: lineage.name, head: lineage.migrations.length },
    });
  }
}

function foreign(file: string, cause?: unknown): VarveError {
  return new VarveError(
    'UNIFIED_FOREIGN',
    'the file is not a unified view of this lineage; it is untouched',
    {
      path: file,
      hint: 'name a file that does not exist yet, or one that varve unify has made',
      cause,
    },
  );
}
