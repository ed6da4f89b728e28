import { existsSync, rmSync } from 'node:fs';
import { isStoreUrl } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import {
  type Archives,
  type FoundFile,
  fetchWindows,
  isParquetManifest,
  isRemote,
  newNotes,
  openManifest,
  recogniseArchive,
  type Selection,
  streamCandidates,
  unpackManifest,
} from '../find/index.ts';
import { Stage, type StagedArchive } from '../stage/index.ts';
import { withWal } from '../unified/index.ts';
import { type Problem, problemOf, Tally, type WorkOptions, type WorkReport } from '../work/index.ts';
import { ListingCursor } from './listing-cursor.ts';
import { ManifestRows } from './manifest-rows.ts';
import { packManifest } from './pack-manifest.ts';

export interface ListedArchive {
  readonly path: string;
  /** `current`: the list had it as it is. */
  readonly state: 'read' | 'current' | 'failed';
  readonly problem?: Problem;
}

export interface WriteManifestOptions extends Selection, WorkOptions<ListedArchive> {
  readonly lineage: Lineage;
  /** A file whose name ends in `.db` or `.parquet`, made where there is none. */
  readonly into: string;
}

export interface ManifestReport extends WorkReport {
  /** Archives that were read, since they are new or were changed. */
  readonly read: number;
  readonly unchanged: number;
  readonly removed: number;
}

/**
 * Lists archives in an SQLite file, or in Parquet, with what is known of each: path, size, time or ETag, hash, session, agent, start,
 * version, rows, problem. Only new and changed archives are read. A run that was killed goes on where it was, also its listing
 * of a bucket. Wherever
 * archives are named, a manifest may stand for a walk.
 *
 * @throws MANIFEST_FOREIGN; USAGE where it is to be written into a bucket
 *
 * @example
 * ```ts
 * import { census, writeManifest } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * await writeManifest('archives', { lineage, into: 'manifest.db' });
 * console.log(census('manifest.db', { lineage }).total); // 1
 * ```
 */
export async function writeManifest(where: Archives, options: WriteManifestOptions): Promise<ManifestReport> {
  const { into } = options;
  if (!into.endsWith('.parquet') || isStoreUrl(into)) return writeList(where, options);
  // Kept until the Parquet is there: a run that was killed goes on with it.
  const work = `${into}.work.db`;
  if (!existsSync(work) && isParquetManifest(into)) await unpackManifest(into, work);
  const report = await writeList(where, { ...options, into: work });
  if (report.isStopped) return report;
  packManifest(work, into);
  rmSync(work);
  return report;
}

async function writeList(where: Archives, options: WriteManifestOptions): Promise<ManifestReport> {
  const sqlite = openManifest(options.into);
  using stage = new Stage(options.lineage);
  try {
    return await new ManifestWriter(sqlite, stage, askedOf(where, options), options).run(where);
  } finally {
    sqlite.close();
  }
}

/** What a run is asked for; another one is not gone on with. */
function askedOf(where: Archives, { lineage, shard, sample }: WriteManifestOptions): string {
  return JSON.stringify([[where].flat(), lineage.name, lineage.migrations.length, shard, sample]);
}

class ManifestWriter {
  readonly #sqlite: Database;
  readonly #stage: Stage;
  readonly #options: WriteManifestOptions;
  readonly #cursor: ListingCursor;
  readonly #rows: ManifestRows;
  readonly #tally: Tally<ListedArchive>;
  #read = 0;
  /** Files on their way, which no cursor may pass. */
  #unsaved = 0;
  /** Unchanged ones that this run has met. */
  #touched: string[] = [];

  constructor(sqlite: Database, stage: Stage, asked: string, options: WriteManifestOptions) {
    this.#sqlite = sqlite;
    this.#stage = stage;
    this.#options = options;
    this.#tally = new Tally(options);
    this.#cursor = new ListingCursor(sqlite, asked);
    this.#rows = new ManifestRows(sqlite, options.lineage);
  }

  async run(where: Archives): Promise<ManifestReport> {
    const notes = newNotes();
    const { after } = this.#cursor;
    const files = streamCandidates(where, notes, { ...this.#options, ...(after !== '' && { after }) });
    const changed = this.#changed(files, notes.problems);
    for await (const window of fetchWindows(changed, { mostFiles: 200, mostBytes: 64 * 1024 ** 2 })) {
      using fetched = window;
      if (this.#tally.isStopped) break;
      this.#stage.clear();
      for (const { file, error } of fetched.failed) this.#stage.addProblem(file, problemOf(error, file.path));
      this.#stage.add(fetched.files);
      const all = [...fetched.files, ...fetched.failed.map(({ file }) => file)];
      this.#unsaved -= all.length;
      const last = [fetched.files.at(-1)?.path ?? '', fetched.failed.at(-1)?.file.path ?? ''].sort().at(-1);
      this.#commit(last ?? after, notes.problems.length, this.#stage.list(all));
    }
    this.#commit(after, notes.problems.length);
    const isWhole = !this.#tally.isStopped && notes.problems.length === 0 && this.#cursor.problems === 0;
    const removed = isWhole ? this.#rows.removeGone(this.#cursor.run, this.#options) : 0;
    // What failed is to be read again then, and what did not is known.
    this.#cursor.end();
    for (const error of notes.problems) this.#fail(problemOf(error, error.path ?? ''));
    return { read: this.#read, unchanged: this.#tally.count('current'), removed, ...this.#tally.report() };
  }

  /** All that comes before a path is there from now on, whatever happens. */
  #commit(after: string, problems: number, archives: readonly StagedArchive[] = []): void {
    this.#sqlite.transaction(() => {
      for (const path of this.#touched) this.#rows.touch(path, this.#cursor.run);
      this.#rows.save(archives, this.#stage, this.#cursor.run);
      this.#cursor.save(after, problems);
    })();
    this.#touched = [];
    this.#read += archives.length;
    for (const { file, problem } of archives) {
      if (problem) this.#fail(problem);
      else this.#tally.add({ path: file.path, state: 'read' });
    }
  }

  #fail(problem: Problem): void {
    this.#tally.add({ path: problem.path, state: 'failed', problem });
  }

  async *#changed(files: AsyncIterable<FoundFile>, problems: VarveError[]): AsyncGenerator<FoundFile> {
    for await (const found of files) {
      if (this.#tally.isStopped) return;
      const file = withWal(found);
      if (this.#rows.isKnown(file)) {
        this.#touched.push(file.path);
        this.#tally.add({ path: file.path, state: 'current' });
        if (this.#unsaved === 0 && this.#touched.length >= 5000) this.#commit(file.path, problems.length);
        continue;
      }
      const recognised = isRemote(file) ? file : recogniseArchive(file);
      if (recognised instanceof VarveError) problems.push(recognised);
      else if (recognised) {
        this.#unsaved += 1;
        yield file;
      }
    }
  }
}
