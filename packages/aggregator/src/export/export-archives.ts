import { makePrivateDir, openStore, removePrivateDir } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { type Archives, type FoundFile, fetchWindows, newNotes, streamCandidates } from '../find/index.ts';
import { Stage, type StagedArchive } from '../stage/index.ts';
import { type Problem, problemOf, Tally } from '../work/index.ts';
import { type ArchiveBatch, divideBatch, divideIntoBatches } from './archive-batches.ts';
import { BatchWriter } from './batch-writer.ts';
import { byPartition } from './by-partition.ts';
import type {
  ExportArchivesOptions,
  ExportArchivesReport,
  ExportedArchive,
} from './export-archives-options.ts';
import { type BatchRecord, ShardManifest } from './shard-manifest.ts';

/** Their rows make Parquet of a third to a tenth of that, and what became of each is in memory. */
const batchLimits = { mostBytes: 8 * 1024 ** 3, mostFiles: 100_000 };
/** What is staged at once, on the disk. */
const stageLimits = { mostBytes: 1024 ** 3, mostFiles: 10_000 };

/**
 * Writes archives' rows at head to Parquet straight through the lens, without a unified view in between. Archives are taken
 * in the order of their paths, by partitions in that of the days in their names, or of what a manifest tells of them; so many
 * at a time as `batchBytes` says, 100,000 at most. Each batch makes a file of each table, and of each partition, until it is
 * of `fileBytes`. Their names depend on the shard and the batch alone, and the same archives make the same bytes. What is
 * there already stays; a killed export goes on. `_archive` is the archive's `id` in the files of `_archives`.
 *
 * @throws USAGE, also where an export by another number of shards lies there; TABLE_UNKNOWN, the codes of stores for `into`
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
  readonly #stage: Stage;
  readonly #dir = makePrivateDir();
  readonly #name: string;
  readonly #tables: readonly string[];
  readonly #manifest: ShardManifest;
  readonly #tally: Tally<ExportedArchive>;
  readonly #written: string[] = [];
  readonly #unchanged: string[] = [];
  #rows = 0;

  constructor(options: ExportArchivesOptions) {
    const { lineage, into, shard = { index: 1, count: 1 } } = options;
    this.#options = options;
    this.#stage = new Stage(lineage);
    this.#tally = new Tally(options);
    this.#name = `${shard.index}-of-${shard.count}`;
    this.#manifest = new ShardManifest(openStore(into), this.#dir, this.#name, lineage);
    const known = this.#stage.tables.map(({ name }) => name);
    const unknown = options.tables?.find((name) => !known.includes(name));
    if (unknown !== undefined) throw tableUnknown(unknown, known);
    this.#tables = options.tables ?? known;
  }

  async export(where: Archives): Promise<ExportArchivesReport> {
    const { lineage, into, partitionBy, fileBytes, batchBytes = batchLimits.mostBytes } = this.#options;
    await this.#manifest.open();
    const writer = new BatchWriter(this.#stage, {
      ...{ lineage, tables: this.#tables, store: openStore(into), manifest: this.#manifest, dir: this.#dir },
      ...(partitionBy && { partitionBy }),
      ...(fileBytes !== undefined && { fileBytes }),
    });
    const notes = newNotes();
    const files = byPartition(streamCandidates(where, notes, this.#options), partitionBy);
    const limits = { ...batchLimits, mostBytes: batchBytes };
    for await (const batch of divideIntoBatches(files, limits, this.#salt())) {
      if (this.#tally.isStopped) break;
      await this.#exportBatch(batch, writer);
    }
    for (const error of notes.problems) this.#fail(problemOf(error, error.path ?? ''));
    const isWhole = !this.#tally.isStopped && notes.problems.length === 0;
    const removed = isWhole ? await this.#manifest.removeOthers() : [];
    return {
      written: this.#written,
      unchanged: this.#unchanged,
      removed,
      archives: this.#tally.count('exported') + this.#tally.count('current'),
      rows: this.#rows,
      ...this.#tally.report(),
    };
  }

  close(): void {
    this.#stage[Symbol.dispose]();
    removePrivateDir(this.#dir);
  }

  async #exportBatch(batch: ArchiveBatch, writer: BatchWriter): Promise<void> {
    const digest = batch.digest();
    const before = this.#manifest.next?.digest === digest ? this.#manifest.next : undefined;
    const known = before && (await this.#manifest.readRecord(before));
    if (before && known) {
      this.#unchanged.push(...Object.keys(before.files));
      await this.#manifest.add(before);
      for (const problem of known.failed) this.#fail(problem);
      return this.#tell(known.archives, 'current');
    }
    const record = { digest, ...(await this.#writeBatch(batch, writer)) };
    if (this.#tally.isStopped) return writer.discard();
    const files = await writer.finish();
    this.#written.push(...Object.keys(files));
    await this.#manifest.add({ digest, files }, record);
    this.#tell(record.archives, 'exported');
  }

  /** Until it is stopped: then nothing of the batch counts but what failed. */
  async #writeBatch(batch: ArchiveBatch, writer: BatchWriter): Promise<Omit<BatchRecord, 'digest'>> {
    const number = String(this.#manifest.batches.length).padStart(6, '0');
    const archives: { path: string; rows: number }[] = [];
    const failed: Problem[] = [];
    const { stageBytes: mostBytes = stageLimits.mostBytes } = this.#options;
    for (const files of divideBatch(batch.files(), { ...stageLimits, mostBytes })) {
      const staged = await this.#stageAll(files);
      const problems = staged.flatMap(({ problem }) => problem ?? []);
      for (const problem of problems) this.#fail(problem);
      if (this.#tally.isStopped) break;
      await writer.add(`${this.#name}-${number}.parquet`, staged);
      failed.push(...problems);
      for (const { file, rows, problem } of staged) if (!problem) archives.push({ path: file.path, rows });
    }
    return { archives, failed };
  }

  async #stageAll(files: readonly FoundFile[]): Promise<StagedArchive[]> {
    this.#stage.clear();
    for await (const window of fetchWindows(files)) {
      using fetched = window;
      for (const { file, error } of fetched.failed) this.#stage.addProblem(file, problemOf(error, file.path));
      this.#stage.add(fetched.files);
    }
    return this.#stage.list(files);
  }

  #tell(archives: BatchRecord['archives'], state: 'current' | 'exported'): void {
    for (const { path, rows } of archives) {
      this.#rows += rows;
      this.#tally.add({ path, state, rows });
    }
  }

  #fail(problem: Problem): void {
    this.#tally.add({ path: problem.path, state: 'failed', rows: 0, problem });
  }

  /** What a file depends on beside its archives. */
  #salt(): string {
    const { lineage, partitionBy, fileBytes } = this.#options;
    const migrations = lineage.migrations.map(({ sql }) => sql);
    return JSON.stringify([migrations, this.#tables, partitionBy ?? null, fileBytes]);
  }
}

function tableUnknown(name: string, known: readonly string[]): VarveError {
  return new VarveError('TABLE_UNKNOWN', `there is no table "${name}" at head`, {
    hint: `name one of: ${known.join(', ')}`,
  });
}
