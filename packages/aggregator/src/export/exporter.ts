import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import { prepareOwnQuery } from '../query/index.ts';
import { decideKinds, type ExportColumn, readDeclaredColumns, readSeenKinds } from './column-kinds.ts';
import {
  type ExportedFile,
  type Manifest,
  readManifest,
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

/** Goes up when rows are looked at for other kinds than before. */
const kindsVersion = 3;

/** Writes the rows of queries over a view, each to a file for each partition, where it is not there yet. */
export class Exporter {
  readonly #sqlite: Database;
  readonly #options: ExporterOptions;
  readonly #partitions: readonly ExportPartition[];
  readonly #before: Manifest;
  readonly #manifest: Record<string, ExportedFile> = {};
  readonly #written: string[] = [];
  readonly #unchanged: string[] = [];
  #rows = 0;

  constructor(sqlite: Database, options: ExporterOptions, partitions: readonly ExportPartition[]) {
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
    const rows = prepareOwnQuery(this.#sqlite, sql);
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
