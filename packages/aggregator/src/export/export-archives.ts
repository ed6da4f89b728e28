import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile, makePrivateDir, openStore, removePrivateDir, type Store } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import {
  type Archives,
  type FoundFile,
  fetchWindows,
  newNotes,
  type Selection,
  streamCandidates,
} from '../find/index.ts';
import { prepareOwnQuery } from '../query/index.ts';
import { Stage } from '../stage/index.ts';
import { FailureLimit, type Problem, problemOf } from '../work/index.ts';
import { decideKinds, readDeclaredColumns, readSeenKinds } from './column-kinds.ts';
import { damagedManifest, foreignFile, parseObject } from './export-manifest.ts';
import { divideArchives, type Partitioning, partitionFolder, selectPartition } from './export-partitions.ts';
import { openRowFile } from './open-row-file.ts';
import type { RowFile } from './row-file.ts';

/** Of archives, about: their rows make Parquet of a fifth to a tenth of that. */
const defaultBatchBytes = 1024 ** 3;
const defaultFileBytes = 256 * 1024 ** 2;

export interface ExportArchivesOptions extends Selection {
  readonly lineage: Lineage;
  /** A folder, made where there is none, or `s3://bucket/prefix`. */
  readonly into: string;
  readonly partitionBy?: Partitioning;
  /** Tables of head; all of them unless given. */
  readonly tables?: readonly string[];
  /** How many bytes of archives make one file of each table and partition: 1 GiB unless given. */
  readonly batchBytes?: number;
  /** A file that has reached this size ends, and another goes on: 256 MiB unless given. */
  readonly fileBytes?: number;
  /** When more fail, no other is begun. */
  readonly maxFailures?: number;
  readonly signal?: AbortSignal;
  /** Told of each archive when the files with its rows are there. */
  readonly onFile?: (archive: ExportedArchive) => void;
}

export interface ExportedArchive {
  readonly path: string;
  /** `current`: its rows were there from an earlier export. */
  readonly state: 'exported' | 'current' | 'failed';
  readonly rows: number;
  readonly problem?: Problem;
}

export interface ExportArchivesReport {
  /** Keys below `into`, in the order in which they were written. */
  readonly written: readonly string[];
  /** Files of an earlier export whose archives are the same. */
  readonly unchanged: readonly string[];
  /** Files of an earlier export that no archive is in any more. */
  readonly removed: readonly string[];
  readonly archives: number;
  readonly rows: number;
  readonly failed: readonly Problem[];
  readonly isStopped: boolean;
}

/** Some archives in the order of their paths, and the files that hold their rows. */
interface ExportedBatch {
  /** Of the archives, the tables and the lineage. */
  readonly digest: string;
  readonly files: Readonly<
    Record<string, { readonly rows: number; readonly sizeBytes: number; readonly sha256: string }>
  >;
  readonly archives: readonly { readonly path: string; readonly rows: number }[];
  readonly failed: readonly Problem[];
}

interface ShardManifest {
  readonly lineage: string;
  readonly head: number;
  readonly batches: readonly ExportedBatch[];
  /** Keys that the next batch may write: what a killed export has written is known as ours. */
  readonly pending?: readonly string[];
}

/**
 * Writes archives' rows at head to Parquet straight through the lens, without a unified view in between. Archives are taken
 * in the order of their paths, so many at a time as `batchBytes` says; each batch makes a file of each table, and of each
 * partition. Their names depend on the shard and the batch alone, and the same archives make the same bytes. What is there
 * already stays; a killed export goes on. `_archive` is the archive's `id` in the files of `_archives`.
 *
 * @throws USAGE, TABLE_UNKNOWN, the codes of stores for `into`
 *
 * @example
 * ```ts
 * import { exportArchives } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const { archives, failed } = await exportArchives('archives', { lineage, into: 'parquet', partitionBy: 'day' });
 * console.log(archives, failed.length); // 1 0
 * ```
 */
export async function exportArchives(
  where: Archives,
  options: ExportArchivesOptions,
): Promise<ExportArchivesReport> {
  const run = new ArchiveExport(options);
  try {
    return await run.export(where);
  } finally {
    run.close();
  }
}

class ArchiveExport {
  readonly #options: ExportArchivesOptions;
  readonly #store: Store;
  readonly #stage: Stage;
  readonly #dir = makePrivateDir();
  readonly #name: string;
  readonly #tables: readonly string[];
  readonly #limit: FailureLimit;
  readonly #written: string[] = [];
  readonly #unchanged: string[] = [];
  readonly #failed: Problem[] = [];
  #ours: ReadonlySet<string> = new Set();
  /** Files of the batch that is being written. */
  #pending: string[] = [];
  #announce: (pending: readonly string[]) => Promise<void> = async () => {};
  #archives = 0;
  #rows = 0;

  constructor(options: ExportArchivesOptions) {
    const { shard = { index: 1, count: 1 } } = options;
    this.#options = options;
    this.#store = openStore(options.into);
    this.#stage = new Stage(options.lineage);
    this.#limit = new FailureLimit(options.maxFailures);
    this.#name = `${shard.index}-of-${shard.count}`;
    const known = this.#stage.tables.map(({ name }) => name);
    const unknown = options.tables?.find((name) => !known.includes(name));
    if (unknown !== undefined) throw tableUnknown(unknown, known);
    this.#tables = options.tables ?? known;
  }

  async export(where: Archives): Promise<ExportArchivesReport> {
    const notes = newNotes();
    const before = await this.#readManifest();
    this.#ours = new Set([...keysOf(before?.batches ?? []), ...(before?.pending ?? [])]);
    const batches: ExportedBatch[] = [];
    const rest = () => before?.batches.slice(batches.length) ?? [];
    this.#announce = (pending) => this.#writeManifest([...batches, ...rest()], pending);
    const files = streamCandidates(where, notes, this.#options);
    for await (const batch of inBatches(files, this.#options.batchBytes ?? defaultBatchBytes)) {
      if (this.#isStopped()) break;
      batches.push(await this.#exportBatch(batch, batches.length, before?.batches[batches.length]));
      await this.#writeManifest([...batches, ...rest()]);
    }
    this.#failed.push(...notes.problems.map((error) => problemOf(error, error.path ?? '')));
    const isWhole = !this.#isStopped() && notes.problems.length === 0;
    const removed = isWhole ? await this.#removeOthers(before, batches) : [];
    if (isWhole) await this.#writeManifest(batches);
    return {
      written: this.#written,
      unchanged: this.#unchanged,
      removed,
      archives: this.#archives,
      rows: this.#rows,
      failed: this.#failed,
      isStopped: this.#isStopped(),
    };
  }

  close(): void {
    this.#stage[Symbol.dispose]();
    removePrivateDir(this.#dir);
  }

  #isStopped(): boolean {
    return this.#limit.signal.aborted || this.#options.signal?.aborted === true;
  }

  async #exportBatch(
    files: readonly FoundFile[],
    number: number,
    before: ExportedBatch | undefined,
  ): Promise<ExportedBatch> {
    const digest = this.#digestOf(files);
    const batch = before?.digest === digest ? before : await this.#makeBatch(files, number, digest);
    if (batch === before) this.#unchanged.push(...Object.keys(batch.files));
    else this.#written.push(...Object.keys(batch.files));
    for (const { path, rows } of batch.archives) {
      this.#archives += 1;
      this.#rows += rows;
      this.#options.onFile?.({ path, state: batch === before ? 'current' : 'exported', rows });
    }
    for (const problem of batch.failed) {
      this.#failed.push(problem);
      this.#limit.add();
      this.#options.onFile?.({ path: problem.path, state: 'failed', rows: 0, problem });
    }
    return batch;
  }

  async #makeBatch(files: readonly FoundFile[], number: number, digest: string): Promise<ExportedBatch> {
    this.#stage.clear();
    for await (const window of fetchWindows(files)) {
      using fetched = window;
      for (const { file, error } of fetched.failed) this.#stage.addProblem(file, problemOf(error, file.path));
      this.#stage.add(fetched.files);
    }
    const archives = this.#stage.list(files);
    this.#stage.renumber(archives);
    const made = await this.#writeFiles(number);
    return {
      digest,
      files: made,
      archives: archives
        .filter(({ problem }) => !problem)
        .map(({ file, rows }) => ({ path: file.path, rows })),
      failed: archives.flatMap(({ problem }) => problem ?? []),
    };
  }

  async #writeFiles(number: number): Promise<ExportedBatch['files']> {
    const { lineage, partitionBy } = this.#options;
    const { sqlite } = this.#stage;
    const partitions = divideArchives(sqlite, partitionBy);
    const files: Record<string, ExportedBatch['files'][string]> = {};
    const name = `${this.#name}-${String(number).padStart(6, '0')}.parquet`;
    const folderOf = (table: string, { value }: { readonly value: string | null }) =>
      partitionBy ? `${table}/${partitionFolder(partitionBy, value)}` : table;
    const folders = this.#tables.flatMap((table) =>
      partitions.map((partition) => folderOf(table, partition)),
    );
    this.#pending = [...folders, '_archives'].map((folder) => `${folder}/${name}`);
    await this.#announce(this.#pending);
    for (const table of this.#tables) {
      const all = `SELECT * FROM main.${quoteIdentifier(table)}`;
      for (const partition of partitions) {
        const sql = partitionBy ? selectPartition(all, partition) : all;
        Object.assign(files, await this.#writeRows(`${folderOf(table, partition)}/${name}`, sql, lineage));
      }
    }
    sqlite.exec('DROP TABLE temp."_parts"');
    return { ...files, ...(await this.#writeRows(`_archives/${name}`, archivesSql, lineage)) };
  }

  /** No file where there is no row; several, where one would be too large: the second is called `…-1`. */
  async #writeRows(key: string, sql: string, lineage: Lineage): Promise<ExportedBatch['files']> {
    const { sqlite } = this.#stage;
    const declared = readDeclaredColumns(sqlite, sql, lineage);
    const columns = decideKinds(declared, [readSeenKinds(sqlite, sql, declared)]);
    const most = this.#options.fileBytes ?? defaultFileBytes;
    const parts: { path: string; rows: number }[] = [];
    let file: RowFile | undefined;
    for (const row of prepareOwnQuery(sqlite, sql).iterate()) {
      let part = parts.at(-1);
      if (!file || !part) {
        part = { path: join(this.#dir, `${parts.length}.parquet`), rows: 0 };
        parts.push(part);
        file = openRowFile(part.path, 'parquet', columns);
      }
      file.write(row);
      part.rows += 1;
      if (part.rows % 1024 !== 0 || statSync(part.path).size < most) continue;
      file.close();
      file = undefined;
    }
    file?.close();
    const keys = parts.map((_, at) => (at === 0 ? key : key.replace(/\.parquet$/, `-${at}.parquet`)));
    if (keys.length > 1) {
      this.#pending.push(...keys.slice(1));
      await this.#announce(this.#pending);
    }
    return this.#putAll(keys, parts);
  }

  async #putAll(
    keys: readonly string[],
    parts: readonly { readonly path: string; readonly rows: number }[],
  ): Promise<ExportedBatch['files']> {
    const files: Record<string, ExportedBatch['files'][string]> = {};
    for (const [at, { path, rows }] of parts.entries()) {
      const key = keys[at] as string;
      await this.#put(key, path);
      files[key] = { rows, sizeBytes: statSync(path).size, sha256: hashFile(path) };
      rmSync(path);
    }
    return files;
  }

  /** Over a file of an earlier export, never over any other. */
  async #put(key: string, path: string): Promise<void> {
    try {
      await this.#store.put(key, path, this.#ours.has(key) ? 'any' : 'absent');
    } catch (error) {
      const isTaken = error instanceof VarveError && error.code === 'STORE_CHANGED';
      throw isTaken ? foreignFile(`${this.#store.url}/${key}`) : error;
    }
  }

  #digestOf(files: readonly FoundFile[]): string {
    const { lineage, partitionBy } = this.#options;
    const facts = files.map(({ path, sizeBytes, mtimeMs, etag }) => [path, sizeBytes, etag ?? mtimeMs]);
    const migrations = lineage.migrations.map(({ sql }) => sql);
    return createHash('sha256')
      .update(JSON.stringify([facts, migrations, this.#tables, partitionBy ?? null, this.#options.fileBytes]))
      .digest('hex');
  }

  get #manifestKey(): string {
    return `_varve_export/${this.#name}.json`;
  }

  async #readManifest(): Promise<ShardManifest | undefined> {
    const path = join(this.#dir, 'before.json');
    try {
      await this.#store.read(this.#manifestKey, path);
    } catch (error) {
      if (error instanceof VarveError && error.code === 'FILE_NOT_FOUND') return undefined;
      throw error;
    }
    const url = `${this.#store.url}/${this.#manifestKey}`;
    const manifest: object = parseObject(url, readFileSync(path, 'utf8'));
    if (!isShardManifest(manifest)) throw damagedManifest(url);
    return manifest;
  }

  async #writeManifest(batches: readonly ExportedBatch[], pending: readonly string[] = []): Promise<void> {
    const path = join(this.#dir, 'manifest.json');
    const { name, migrations } = this.#options.lineage;
    const manifest: ShardManifest = {
      lineage: name,
      head: migrations.length,
      batches,
      ...(pending.length > 0 && { pending }),
    };
    writeFileSync(path, JSON.stringify(manifest, undefined, 1));
    await this.#store.put(this.#manifestKey, path, 'any');
  }

  async #removeOthers(
    before: ShardManifest | undefined,
    batches: readonly ExportedBatch[],
  ): Promise<string[]> {
    const kept = new Set(keysOf(batches));
    const known = [...keysOf(before?.batches ?? []), ...(before?.pending ?? [])];
    const others = [...new Set(known)].filter((key) => !kept.has(key) && isExportKey(key, this.#name));
    for (const key of others) await this.#store.remove(key);
    return others;
  }
}

function keysOf(batches: readonly ExportedBatch[]): string[] {
  return batches.flatMap(({ files }) => Object.keys(files));
}

/** Files are removed by what lies in the folder: none may be another than an export names it, or lie elsewhere. */
function isExportKey(key: string, name: string): boolean {
  const parts = key.split('/');
  const file = parts.at(-1) ?? '';
  const isOfShard = file.startsWith(`${name}-`) && /^-\d{6}(-\d+)?\.parquet$/.test(file.slice(name.length));
  return isOfShard && parts.length <= 3 && !key.includes('\\') && !parts.includes('..');
}

function isShardManifest(value: object): value is ShardManifest {
  const { batches, pending = [] } = value as Partial<Record<keyof ShardManifest, unknown>>;
  return Array.isArray(batches) && batches.every(isBatch) && Array.isArray(pending);
}

function isBatch(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { digest, files, archives, failed } = value as Partial<Record<keyof ExportedBatch, unknown>>;
  const isFiles = typeof files === 'object' && files !== null;
  return typeof digest === 'string' && isFiles && Array.isArray(archives) && Array.isArray(failed);
}

const archivesSql = `SELECT "id", "path", "size_bytes", "session_id", "version", "rows", "strategy", "state", "error_code"
  FROM main."_archives" ORDER BY "path"`;

async function* inBatches(files: AsyncIterable<FoundFile>, mostBytes: number): AsyncGenerator<FoundFile[]> {
  let batch: FoundFile[] = [];
  let bytes = 0;
  for await (const file of files) {
    if (batch.length > 0 && bytes + file.sizeBytes > mostBytes) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(file);
    bytes += file.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

function tableUnknown(name: string, known: readonly string[]): VarveError {
  return new VarveError('TABLE_UNKNOWN', `there is no table "${name}" at head`, {
    hint: `name one of: ${known.join(', ')}`,
  });
}
