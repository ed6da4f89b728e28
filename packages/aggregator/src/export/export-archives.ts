import { createHash } from 'node:crypto';
import { makePrivateDir, openStore, removePrivateDir } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { type Archives, type FoundFile, fetchWindows, newNotes, streamCandidates } from '../find/index.ts';
import { Stage } from '../stage/index.ts';
import { FailureLimit, type Problem, problemOf } from '../work/index.ts';
import { BatchWriter } from './batch-writer.ts';
import type { ExportArchivesOptions, ExportArchivesReport } from './export-archives-options.ts';
import { type BatchRecord, ShardManifest } from './shard-manifest.ts';

/** Of archives, about: their rows make Parquet of a fifth to a tenth of that. */
const defaultBatchBytes = 1024 ** 3;

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
  readonly #stage: Stage;
  readonly #dir = makePrivateDir();
  readonly #name: string;
  readonly #tables: readonly string[];
  readonly #manifest: ShardManifest;
  readonly #limit: FailureLimit;
  readonly #written: string[] = [];
  readonly #unchanged: string[] = [];
  readonly #failed: Problem[] = [];
  #archives = 0;
  #rows = 0;

  constructor(options: ExportArchivesOptions) {
    const { lineage, into, shard = { index: 1, count: 1 } } = options;
    this.#options = options;
    this.#stage = new Stage(lineage);
    this.#limit = new FailureLimit(options.maxFailures);
    this.#name = `${shard.index}-of-${shard.count}`;
    this.#manifest = new ShardManifest(openStore(into), this.#dir, this.#name, lineage);
    const known = this.#stage.tables.map(({ name }) => name);
    const unknown = options.tables?.find((name) => !known.includes(name));
    if (unknown !== undefined) throw tableUnknown(unknown, known);
    this.#tables = options.tables ?? known;
  }

  async export(where: Archives): Promise<ExportArchivesReport> {
    const { lineage, into, partitionBy, fileBytes, batchBytes = defaultBatchBytes } = this.#options;
    await this.#manifest.open();
    const writer = new BatchWriter(this.#stage, {
      ...{ lineage, tables: this.#tables, store: openStore(into), manifest: this.#manifest, dir: this.#dir },
      ...(partitionBy && { partitionBy }),
      ...(fileBytes !== undefined && { fileBytes }),
    });
    const notes = newNotes();
    const files = streamCandidates(where, notes, this.#options);
    for await (const batch of inBatches(files, batchBytes)) {
      if (this.#isStopped()) break;
      await this.#exportBatch(batch, writer);
    }
    this.#failed.push(...notes.problems.map((error) => problemOf(error, error.path ?? '')));
    const isWhole = !this.#isStopped() && notes.problems.length === 0;
    const removed = isWhole ? await this.#manifest.removeOthers() : [];
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

  async #exportBatch(files: readonly FoundFile[], writer: BatchWriter): Promise<void> {
    const digest = this.#digestOf(files);
    const before = this.#manifest.next?.digest === digest ? this.#manifest.next : undefined;
    const known = before && (await this.#manifest.readRecord(before));
    if (before && known) {
      this.#unchanged.push(...Object.keys(before.files));
      await this.#manifest.add(before);
      return this.#tell(known, 'current');
    }
    const record = { digest, ...(await this.#stageAll(files)) };
    const number = String(this.#manifest.batches.length).padStart(6, '0');
    const made = await writer.write(`${this.#name}-${number}.parquet`);
    this.#written.push(...Object.keys(made));
    await this.#manifest.add({ digest, files: made }, record);
    this.#tell(record, 'exported');
  }

  async #stageAll(files: readonly FoundFile[]): Promise<Omit<BatchRecord, 'digest'>> {
    this.#stage.clear();
    for await (const window of fetchWindows(files)) {
      using fetched = window;
      for (const { file, error } of fetched.failed) this.#stage.addProblem(file, problemOf(error, file.path));
      this.#stage.add(fetched.files);
    }
    const archives = this.#stage.list(files);
    this.#stage.renumber(archives);
    return {
      archives: archives
        .filter(({ problem }) => !problem)
        .map(({ file, rows }) => ({ path: file.path, rows })),
      failed: archives.flatMap(({ problem }) => problem ?? []),
    };
  }

  #tell({ archives, failed }: Omit<BatchRecord, 'digest'>, state: 'current' | 'exported'): void {
    for (const { path, rows } of archives) {
      this.#archives += 1;
      this.#rows += rows;
      this.#options.onFile?.({ path, state, rows });
    }
    for (const problem of failed) {
      this.#failed.push(problem);
      this.#limit.add();
      this.#options.onFile?.({ path: problem.path, state: 'failed', rows: 0, problem });
    }
  }

  #digestOf(files: readonly FoundFile[]): string {
    const { lineage, partitionBy, fileBytes } = this.#options;
    const facts = files.map(({ path, sizeBytes, mtimeMs, etag }) => [path, sizeBytes, etag ?? mtimeMs]);
    const migrations = lineage.migrations.map(({ sql }) => sql);
    return createHash('sha256')
      .update(JSON.stringify([facts, migrations, this.#tables, partitionBy ?? null, fileBytes]))
      .digest('hex');
  }
}

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
