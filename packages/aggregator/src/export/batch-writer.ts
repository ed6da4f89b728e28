import { join } from 'node:path';
import type { Store } from '@varve/core/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { archiveIdOf } from '../find/index.ts';
import { prepareOwnQuery } from '../query/index.ts';
import type { Stage, StagedArchive } from '../stage/index.ts';
import { readDeclaredColumns, readSeenKinds } from './column-kinds.ts';
import type { ExportArchivesOptions } from './export-archives-options.ts';
import { foreignFile } from './export-manifest.ts';
import { divideArchives, partitionFolder, selectPartition } from './export-partitions.ts';
import { OpenTarget } from './open-target.ts';
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

/** By the number that an archive has in the stage, the one that its path gives it. */
type ArchiveIds = ReadonlyMap<unknown, bigint>;

/**
 * Writes the files of a batch: one of each table and partition, or several where it would be large. What lies in the stage
 * is added to them, as often as the stage is filled.
 */
export class BatchWriter {
  readonly #stage: Stage;
  readonly #options: BatchWriterOptions;
  readonly #ours: ReadonlySet<string>;
  readonly #targets = new Map<string, OpenTarget>();
  /** Keys of the batch that the list tells of. */
  readonly #pending = new Set<string>();
  #paths = 0;

  constructor(stage: Stage, options: BatchWriterOptions) {
    this.#stage = stage;
    this.#options = options;
    this.#ours = new Set(options.manifest.known);
  }

  /** @throws ARCHIVE_EXISTS where a file has the name that no export has written */
  async add(name: string, archives: readonly StagedArchive[]): Promise<void> {
    const { partitionBy, tables } = this.#options;
    const { sqlite } = this.#stage;
    const ids: ArchiveIds = new Map(archives.map(({ id, file }) => [BigInt(id), archiveIdOf(file.path)]));
    const partitions = divideArchives(sqlite, partitionBy);
    const targets = tables.flatMap((table) =>
      partitions.map((partition) => {
        const all = `SELECT * FROM main.${quoteIdentifier(table)}`;
        if (!partitionBy) return { key: `${table}/${name}`, sql: all };
        const folder = partitionFolder(partitionBy, partition.value);
        return { key: `${table}/${folder}/${name}`, sql: selectPartition(all, partition) };
      }),
    );
    await this.#announce([...targets.map(({ key }) => key), `_archives/${name}`]);
    for (const { key, sql } of targets) await this.#addRows(key, sql, '_archive', ids);
    sqlite.exec('DROP TABLE temp."_parts"');
    await this.#addRows(`_archives/${name}`, archivesSql, 'id', ids);
  }

  /** The files of the batch, which are all there. */
  async finish(): Promise<BatchFiles> {
    const files: Record<string, BatchFiles[string]> = {};
    for (const target of this.#targets.values()) {
      await target.end();
      Object.assign(files, target.files);
    }
    this.discard();
    return files;
  }

  /** Forgets a batch that does not come to its end. */
  discard(): void {
    for (const target of this.#targets.values()) target.discard();
    this.#targets.clear();
    this.#pending.clear();
  }

  async #addRows(key: string, sql: string, numbered: string, ids: ArchiveIds): Promise<void> {
    const { sqlite } = this.#stage;
    const declared = readDeclaredColumns(sqlite, sql, this.#options.lineage);
    const target = this.#targets.get(key) ?? this.#open(key);
    await target.expect(declared, readSeenKinds(sqlite, sql, declared));
    const at = declared.findIndex(({ name }) => name === numbered);
    await target.write(numberedRows(prepareOwnQuery(sqlite, sql).iterate(), at, ids));
  }

  #open(key: string): OpenTarget {
    const { fileBytes = defaultFileBytes, dir } = this.#options;
    const target = new OpenTarget(key, {
      fileBytes,
      newPath: () => join(dir, `${this.#paths++}.parquet`),
      put: async (name, path) => {
        await this.#announce([name]);
        await this.#put(name, path);
      },
    });
    this.#targets.set(key, target);
    return target;
  }

  async #announce(keys: readonly string[]): Promise<void> {
    const before = this.#pending.size;
    for (const key of keys) this.#pending.add(key);
    if (this.#pending.size > before) await this.#options.manifest.announce([...this.#pending]);
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

/** The stage counts from 1; where others add to the same place, an archive has the number that its path gives it. */
function* numberedRows(rows: Iterable<readonly unknown[]>, at: number, ids: ArchiveIds) {
  for (const row of rows) yield row.with(at, ids.get(row[at]) ?? row[at]);
}

const archivesSql = `SELECT "id", "path", "size_bytes", "session_id", "version", "rows", "strategy", "state", "error_code"
  FROM main."_archives" ORDER BY "path"`;
