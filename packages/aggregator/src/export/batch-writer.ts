import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile, type Store } from '@varve/core/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { prepareOwnQuery } from '../query/index.ts';
import type { Stage } from '../stage/index.ts';
import { decideKinds, readDeclaredColumns, readSeenKinds } from './column-kinds.ts';
import type { ExportArchivesOptions } from './export-archives-options.ts';
import { foreignFile } from './export-manifest.ts';
import { divideArchives, partitionFolder, selectPartition } from './export-partitions.ts';
import { openRowFile } from './open-row-file.ts';
import type { RowFile } from './row-file.ts';
import type { BatchFiles, ShardManifest } from './shard-manifest.ts';

const defaultFileBytes = 256 * 1024 ** 2;

export interface BatchWriterOptions
  extends Pick<ExportArchivesOptions, 'lineage' | 'partitionBy' | 'fileBytes'> {
  /** Of head. */
  readonly tables: readonly string[];
  readonly store: Store;
  readonly manifest: ShardManifest;
  /** A folder for files on their way. */
  readonly dir: string;
}

interface FilePart {
  readonly path: string;
  rows: number;
}

/** Writes what lies in a stage as files of a batch: one of each table and partition, or several where it would be large. */
export class BatchWriter {
  readonly #stage: Stage;
  readonly #options: BatchWriterOptions;
  readonly #ours: ReadonlySet<string>;
  /** Keys of the batch. */
  #pending: string[] = [];

  constructor(stage: Stage, options: BatchWriterOptions) {
    this.#stage = stage;
    this.#options = options;
    this.#ours = new Set(options.manifest.known);
  }

  /** @throws ARCHIVE_EXISTS where a file has the name that no export has written */
  async write(name: string): Promise<BatchFiles> {
    const { partitionBy, tables, manifest } = this.#options;
    const { sqlite } = this.#stage;
    const partitions = divideArchives(sqlite, partitionBy);
    const targets = tables.flatMap((table) =>
      partitions.map((partition) => {
        const all = `SELECT * FROM main.${quoteIdentifier(table)}`;
        if (!partitionBy) return { key: `${table}/${name}`, sql: all };
        const folder = partitionFolder(partitionBy, partition.value);
        return { key: `${table}/${folder}/${name}`, sql: selectPartition(all, partition) };
      }),
    );
    this.#pending = [...targets.map(({ key }) => key), `_archives/${name}`];
    await manifest.announce(this.#pending);
    const files: Record<string, BatchFiles[string]> = {};
    for (const { key, sql } of targets) Object.assign(files, await this.#writeRows(key, sql));
    sqlite.exec('DROP TABLE temp."_parts"');
    return { ...files, ...(await this.#writeRows(`_archives/${name}`, archivesSql)) };
  }

  /** No file where there is no row; the second of several is called `…-1`. */
  async #writeRows(key: string, sql: string): Promise<BatchFiles> {
    const parts = this.#writeParts(sql);
    const keys = parts.map((_, at) => (at === 0 ? key : key.replace(/\.parquet$/, `-${at}.parquet`)));
    if (keys.length > 1) {
      this.#pending.push(...keys.slice(1));
      await this.#options.manifest.announce(this.#pending);
    }
    const files: Record<string, BatchFiles[string]> = {};
    for (const [at, { path, rows }] of parts.entries()) {
      await this.#put(keys[at] as string, path);
      files[keys[at] as string] = { rows, sizeBytes: statSync(path).size, sha256: hashFile(path) };
      rmSync(path);
    }
    return files;
  }

  #writeParts(sql: string): readonly FilePart[] {
    const { sqlite } = this.#stage;
    const { lineage, fileBytes = defaultFileBytes, dir } = this.#options;
    const declared = readDeclaredColumns(sqlite, sql, lineage);
    const columns = decideKinds(declared, [readSeenKinds(sqlite, sql, declared)]);
    const parts: FilePart[] = [];
    let file: RowFile | undefined;
    for (const row of prepareOwnQuery(sqlite, sql).iterate()) {
      let part = parts.at(-1);
      if (!file || !part) {
        part = { path: join(dir, `${parts.length}.parquet`), rows: 0 };
        parts.push(part);
        file = openRowFile(part.path, 'parquet', columns);
      }
      file.write(row);
      part.rows += 1;
      if (part.rows % 1024 !== 0 || statSync(part.path).size < fileBytes) continue;
      file.close();
      file = undefined;
    }
    file?.close();
    return parts;
  }

  /** Over a file of an earlier export, never over any other. */
  async #put(key: string, path: string): Promise<void> {
    const { store } = this.#options;
    try {
      await store.put(key, path, this.#ours.has(key) ? 'any' : 'absent');
    } catch (error) {
      const isTaken = error instanceof VarveError && error.code === 'STORE_CHANGED';
      throw isTaken ? foreignFile(`${store.url}/${key}`) : error;
    }
  }
}

const archivesSql = `SELECT "id", "path", "size_bytes", "session_id", "version", "rows", "strategy", "state", "error_code"
  FROM main."_archives" ORDER BY "path"`;
