import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type Database from 'better-sqlite3';
import { prepareQuery } from '../query/run-query.ts';
import { readHeadTables } from '../unified/head-tables.ts';
import { readUnified } from '../unified/read-unified.ts';
import { decideKinds, type ExportColumn, readDeclaredColumns, readSeenKinds } from './column-kinds.ts';
import {
  type ExportedFile,
  type Manifest,
  readManifest,
  writeManifest,
  writeWhole,
} from './export-manifest.ts';
import {
  divideArchives,
  type ExportPartition,
  type Partitioning,
  partitionFolder,
  selectPartition,
  selectTable,
} from './export-partitions.ts';
import { type ExportFormat, openRowFile } from './row-file.ts';

export interface ExportUnifiedOptions {
  readonly lineage: Lineage;
  readonly format: ExportFormat;
  /** A folder, made where there is none. */
  readonly into: string;
  /** Tables of head; all of them unless a query is given. */
  readonly tables?: readonly string[];
  /** One SELECT, exported as `query`; to be partitioned, it must yield `_archive`. */
  readonly query?: string;
  /** A folder for each day or agent, named as Hive does. */
  readonly partitionBy?: Partitioning;
}

export interface ExportReport {
  /** Paths below the folder, sorted. */
  readonly written: readonly string[];
  /** Files that are up to date: the archives they were made of are still the same. */
  readonly unchanged: readonly string[];
  /** Files whose archives are gone. */
  readonly removed: readonly string[];
  readonly rows: number;
}

/**
 * Writes tables of a unified view, or the rows of a query over it, to files of other tools. A second export into the
 * folder writes only files whose archives changed. A file is complete or not there; rows are streamed.
 *
 * @throws UNIFIED_FOREIGN, SQL_REFUSED, SQL_FAILED, USAGE, TABLE_UNKNOWN, FILE_READ_ONLY
 */
export function exportUnified(file: string, options: ExportUnifiedOptions): ExportReport {
  const sqlite = readUnified(file);
  if (!sqlite) throw notAView(file);
  try {
    const exports = listExports(sqlite, options);
    makeFolder(options.into);
    // One state of the view, whoever refreshes it meanwhile.
    sqlite.exec('BEGIN');
    const partitions = divideArchives(sqlite, options.partitionBy);
    return new Exporter(sqlite, options, partitions).run(exports);
  } finally {
    sqlite.close();
  }
}

class Exporter {
  readonly #sqlite: Database.Database;
  readonly #options: ExportUnifiedOptions;
  readonly #partitions: readonly ExportPartition[];
  readonly #before: Manifest;
  readonly #manifest: Record<string, ExportedFile> = {};
  readonly #written: string[] = [];
  readonly #unchanged: string[] = [];
  #rows = 0;

  constructor(
    sqlite: Database.Database,
    options: ExportUnifiedOptions,
    partitions: readonly ExportPartition[],
  ) {
    this.#sqlite = sqlite;
    this.#options = options;
    this.#partitions = partitions;
    this.#before = readManifest(options.into);
  }

  run(exports: ReadonlyMap<string, string>): ExportReport {
    for (const [name, sql] of exports) this.#export(name, sql);
    const isOurs = (path: string) =>
      path.endsWith(`.${this.#options.format}`) && exports.has(path.split(/[./]/)[0] ?? '');
    const removed = Object.keys(this.#before).filter((path) => isOurs(path) && !(path in this.#manifest));
    for (const path of removed) rmSync(join(this.#options.into, path), { force: true });
    const others = Object.entries(this.#before).filter(([path]) => !isOurs(path));
    writeManifest(this.#options.into, { ...Object.fromEntries(others), ...this.#manifest });
    return { written: this.#written.sort(), unchanged: this.#unchanged.sort(), removed, rows: this.#rows };
  }

  #export(name: string, sql: string): void {
    const { format, lineage, into } = this.#options;
    const declared = readDeclaredColumns(this.#sqlite, sql, lineage);
    const parts = this.#partitions.map((partition) => {
      const { path, query } = this.#place(name, sql, partition);
      const made = digestOf([partition.digest, sql, declared]);
      const before = this.#before[path]?.made === made ? this.#before[path] : undefined;
      // CSV knows no kinds.
      const look = () => (format === 'csv' ? [] : readSeenKinds(this.#sqlite, query, declared));
      return { path, query, made, before, seen: before?.seen ?? look() };
    });
    const columns = decideKinds(
      declared,
      parts.map(({ seen }) => seen),
    );
    for (const { path, query, made, before, seen } of parts) {
      this.#manifest[path] = { made, seen, columns: digestOf(columns) };
      if (before?.columns === digestOf(columns) && existsSync(join(into, path))) this.#unchanged.push(path);
      else this.#write(path, columns, query);
    }
  }

  /** Where a partition is written to, and the SELECT of its rows. */
  #place(name: string, sql: string, part: ExportPartition): { path: string; query: string } {
    const { format, partitionBy } = this.#options;
    if (!partitionBy) return { path: `${name}.${format}`, query: sql };
    return {
      path: `${name}/${partitionFolder(partitionBy, part.value)}/rows.${format}`,
      query: selectPartition(sql, part),
    };
  }

  #write(path: string, columns: readonly ExportColumn[], sql: string): void {
    const rows = prepareQuery(this.#sqlite, sql);
    writeWhole(join(this.#options.into, path), (fresh) => {
      const file = openRowFile(fresh, this.#options.format, columns);
      for (const row of rows.iterate()) {
        file.write(row);
        this.#rows += 1;
      }
      file.close();
    });
    this.#written.push(path);
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Name → SELECT, without what would end a subquery early. */
function listExports(sqlite: Database.Database, options: ExportUnifiedOptions): Map<string, string> {
  if (options.query !== undefined) {
    const { columns } = prepareQuery(sqlite, options.query);
    if (options.partitionBy && !columns.includes('_archive')) throw notDivisible();
    const sql = `SELECT * FROM (${options.query.replace(/[;\s]+$/, '')}\n)`;
    prepareQuery(sqlite, sql);
    return new Map([['query', sql]]);
  }
  const known = readHeadTables(options.lineage).map(({ name }) => name);
  const unknown = options.tables?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw tableUnknown(unknown, known);
  return new Map((options.tables ?? known).map((name) => [name, selectTable(name)]));
}

function makeFolder(into: string): void {
  try {
    mkdirSync(into, { recursive: true });
  } catch (cause) {
    throw new VarveError('USAGE', 'there is no folder to export into, and none can be made', {
      path: into,
      hint: 'name a folder, or a path at which one can be made',
      cause,
    });
  }
}

function notAView(file: string): VarveError {
  return new VarveError('UNIFIED_FOREIGN', 'only a unified view can be exported, and this is none', {
    path: file,
    hint: 'make one first: varve unify ARCHIVES --into FILE',
  });
}

function notDivisible(): VarveError {
  return new VarveError('USAGE', 'the query cannot be partitioned: it does not yield "_archive"', {
    hint: 'add _archive to what it selects',
  });
}

function tableUnknown(name: string, known: readonly string[]): VarveError {
  return new VarveError('TABLE_UNKNOWN', `there is no table "${name}" at head`, {
    hint: `name one of: ${known.join(', ')}`,
  });
}
