import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import { prepareOwnQuery } from '../query/index.ts';
import { decideKinds, type ExportColumn, readDeclaredColumns, readSeenKinds } from './column-kinds.ts';
import {
  assertOurs,
  type ExportedFile,
  type Manifest,
  readManifest,
  removeExported,
  writeManifest,
  writeWhole,
} from './export-manifest.ts';
import {
  type ExportPartition,
  type Partitioning,
  partitionFolder,
  selectPartition,
} from './export-partitions.ts';
import { type ExportFormat, openRowFile } from './open-row-file.ts';

export interface ExporterOptions {
  readonly lineage: Lineage;
  readonly format: ExportFormat;
  /** A folder, made where there is none. */
  readonly into: string;
  /** A folder for each day, month or agent, named as Hive does. */
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

/** Goes up when rows are looked at for other kinds than before. */
const kindsVersion = 3;

interface PlannedFile {
  readonly path: string;
  readonly query: string;
  readonly columns: readonly ExportColumn[];
  readonly entry: ExportedFile;
  /** It is there from an earlier export. */
  readonly isDone: boolean;
}

const inTheMaking: ExportedFile = { made: '', seen: [], columns: '' };

/** Writes the rows of queries over a view, each to a file for each partition, where it is not there yet. */
export class Exporter {
  readonly #sqlite: Database;
  readonly #options: ExporterOptions;
  readonly #partitions: readonly ExportPartition[];
  readonly #before: Manifest;
  readonly #written: string[] = [];
  readonly #unchanged: string[] = [];
  #rows = 0;

  constructor(sqlite: Database, options: ExporterOptions, partitions: readonly ExportPartition[]) {
    this.#sqlite = sqlite;
    this.#options = options;
    this.#partitions = partitions;
    this.#before = readManifest(options.into);
  }

  /** What is to be written is in the list before it is: what a killed export has written is known as ours. */
  run(exports: ReadonlyMap<string, string>): ExportReport {
    const { into } = this.#options;
    const plan = [...exports].flatMap(([name, sql]) => this.#plan(name, sql));
    const isOurs = (path: string) => this.#isPathOf(exports, path);
    const others = Object.fromEntries(Object.entries(this.#before).filter(([path]) => !isOurs(path)));
    const planned = plan.map(({ path }) => path);
    assertOurs(into, planned, this.#before);
    const begun = plan.filter(({ isDone }) => !isDone).map(({ path }) => [path, inTheMaking] as const);
    if (begun.length > 0) writeManifest(into, { ...this.#before, ...Object.fromEntries(begun) });
    try {
      for (const { path, columns, query, isDone } of plan) {
        if (isDone) this.#unchanged.push(path);
        else this.#write(path, columns, query);
      }
    } catch (error) {
      const written = plan.filter(({ path }) => this.#written.includes(path));
      writeManifest(into, { ...this.#before, ...entriesOf(written) });
      throw error;
    }
    const removed = Object.keys(this.#before).filter((path) => isOurs(path) && !planned.includes(path));
    for (const path of removed) removeExported(into, path);
    writeManifest(into, { ...others, ...entriesOf(plan) });
    return { written: this.#written.sort(), unchanged: this.#unchanged.sort(), removed, rows: this.#rows };
  }

  /** Only such files are removed, whatever the list in the folder says. */
  #isPathOf(exports: ReadonlyMap<string, string>, path: string): boolean {
    const [name = ''] = path.split(/[./]/);
    const rest = path.slice(name.length);
    const { format } = this.#options;
    return (
      exports.has(name) &&
      (rest === `.${format}` || /^\/\w+=[^/]*\/rows\.\w+$/.test(rest)) &&
      rest.endsWith(`.${format}`)
    );
  }

  #plan(name: string, sql: string): PlannedFile[] {
    const { format, lineage, into } = this.#options;
    const declared = readDeclaredColumns(this.#sqlite, sql, lineage);
    const parts = this.#partitions.map((partition) => {
      const { path, query } = this.#place(name, sql, partition);
      const made = digestOf([kindsVersion, partition.digest, sql, declared]);
      const before = this.#before[path]?.made === made ? this.#before[path] : undefined;
      // CSV knows no kinds.
      const look = () => (format === 'csv' ? [] : readSeenKinds(this.#sqlite, query, declared));
      return { path, query, made, before, seen: before?.seen ?? look() };
    });
    const columns = decideKinds(
      declared,
      parts.map(({ seen }) => seen),
    );
    return parts.map(({ path, query, made, before, seen }) => ({
      path,
      query,
      columns,
      entry: { made, seen, columns: digestOf(columns) },
      isDone: before?.columns === digestOf(columns) && existsSync(join(into, path)),
    }));
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
    const rows = prepareOwnQuery(this.#sqlite, sql);
    writeWhole(this.#options.into, path, (fresh) => {
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

function entriesOf(files: readonly PlannedFile[]): Manifest {
  return Object.fromEntries(files.map(({ path, entry }) => [path, entry]));
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
