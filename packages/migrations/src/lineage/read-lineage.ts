import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { defineLineage } from './define-lineage.ts';
import type { LedgerSettings } from './ledger-settings.ts';
import type { Lineage, Migration, SqlFunction } from './lineage.ts';
import { parseJournal } from './parse-journal.ts';

export interface ReadLineageOptions {
  /** The lineage's name; the folder's name unless given. */
  readonly name?: string;
  /** SQL functions that migrations call, by name. */
  readonly functions?: Readonly<Record<string, SqlFunction>>;
  /** Where applied migrations are written, unless it is Drizzle's own table. */
  readonly ledger?: LedgerSettings;
  /** As in `defineLineage`. */
  readonly foreignKeys?: 'on' | 'off';
}

/**
 * Reads a drizzle-kit folder in either layout: `meta/_journal.json` beside `NNNN_name.sql`, or a folder a migration
 * with `migration.sql`. The order is the journal's, or that of the folders' names.
 *
 * @throws LINEAGE_NOT_FOUND, LINEAGE_INVALID, MIGRATION_MISSING
 *
 * @example
 * ```ts
 * import { mkdirSync, writeFileSync } from 'node:fs';
 * import { readLineage } from '@varve/migrations';
 *
 * mkdirSync('drizzle/meta', { recursive: true });
 * writeFileSync('drizzle/0000_notes.sql', 'CREATE TABLE notes (id INTEGER PRIMARY KEY)');
 * const entries = [{ idx: 0, version: '6', when: 1, tag: '0000_notes', breakpoints: true }];
 * writeFileSync('drizzle/meta/_journal.json', JSON.stringify({ version: '7', dialect: 'sqlite', entries }));
 *
 * console.log(readLineage('drizzle').migrations.map(({ name }) => name)); // [ '0000_notes' ]
 * ```
 */
export function readLineage(dir: string, options: ReadLineageOptions = {}): Lineage {
  const migrations = readMigrations(dir);
  return defineLineage({
    name: options.name ?? basename(dir),
    tables: {},
    migrations,
    ...(options.functions && { functions: options.functions }),
    ...(options.ledger && { ledger: options.ledger }),
    ...(options.foreignKeys && { foreignKeys: options.foreignKeys }),
  });
}

function readMigrations(dir: string): Migration[] {
  try {
    const journal = join(dir, 'meta', '_journal.json');
    return existsSync(journal) ? readJournal(dir, journal) : readFolders(dir);
  } catch (cause) {
    if (cause instanceof VarveError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VarveError('LINEAGE_NOT_FOUND', `the migrations cannot be read: ${reason}`, {
      path: dir,
      hint: 'check the path and the permissions of the folder that drizzle-kit generate writes to',
      cause,
    });
  }
}

/** The file of a migration in a drizzle-kit folder of either layout. */
export function migrationFile(dir: string, name: string): string {
  const inFolder = join(dir, name, 'migration.sql');
  return existsSync(inFolder) ? inFolder : join(dir, `${name}.sql`);
}

/** drizzle-kit's snapshot of the schema after a migration; it may not be there. */
export function snapshotFile(dir: string, name: string): string {
  const inFolder = join(dir, name, 'snapshot.json');
  return existsSync(inFolder) ? inFolder : join(dir, 'meta', `${name.split('_')[0]}_snapshot.json`);
}

function readJournal(dir: string, path: string): Migration[] {
  return parseJournal(path).map(({ tag, when }) => {
    const file = join(dir, `${tag}.sql`);
    if (!existsSync(file)) {
      throw new VarveError('MIGRATION_MISSING', `the journal names ${tag}, but ${tag}.sql is not there`, {
        path: file,
        hint: 'restore the file from version control, or take its entry out of meta/_journal.json',
        details: { migration: tag },
      });
    }
    return { name: tag, sql: readFileSync(file, 'utf8'), createdAtMs: when };
  });
}

function readFolders(dir: string): Migration[] {
  const names = statSync(dir, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(dir) : [];
  // By UTF-16 code unit, not by locale: the order of a lineage must be the same on every machine.
  const folders = names.filter((name) => existsSync(join(dir, name, 'migration.sql'))).sort();
  if (folders.length === 0) {
    throw new VarveError('LINEAGE_NOT_FOUND', 'this folder holds no drizzle-kit migrations', {
      path: dir,
      hint: 'name the folder that drizzle-kit generate writes to (its "out" setting)',
    });
  }
  return folders.map((name) => ({
    name,
    sql: readFileSync(join(dir, name, 'migration.sql'), 'utf8'),
    createdAtMs: parseFolderStamp(name, dir),
  }));
}

/** Drizzle 1.0 takes `created_at` from the first 14 digits of the folder's name, as UTC. */
function parseFolderStamp(name: string, dir: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name)?.slice(1).map(Number);
  if (!parts) {
    throw new VarveError('LINEAGE_INVALID', `the migration folder ${name} does not begin with a time stamp`, {
      path: join(dir, name),
      hint: 'name migration folders YYYYMMDDHHMMSS_name, as drizzle-kit does',
    });
  }
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
