import { join } from 'node:path';
import { openStore, pushFile, requestsInFlight, splitObjectUrl } from '@varve/core/internal';
import { versionFromHint } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import {
  type Archives,
  type FetchedWindow,
  type FoundFile,
  fetchWindows,
  inFlight,
  isInStore,
  manifestApplicationId,
  newNotes,
  type RecognisedFile,
  streamArchives,
} from '../find/index.ts';
import { type Problem, problemOf } from '../work/index.ts';
import type { UpgradedFile, UpgradeReport } from './upgrade-log.ts';
import type { UpgradeArchivesOptions } from './upgrade-options.ts';

/** Upgrades files of this machine, as `upgradeArchives` does. */
export type UpgradeFiles = (
  where: readonly string[],
  options: UpgradeArchivesOptions,
) => Promise<UpgradeReport>;

/**
 * Brings archives of buckets to head: each is fetched, upgraded here, and put back only where it is still the object that
 * was read; its original was put under the backups before. What is at head by its header is not fetched. While files of
 * one window are upgraded, the next are on their way.
 */
export async function upgradeStores(
  where: Archives,
  options: UpgradeArchivesOptions,
  upgradeFiles: UpgradeFiles,
): Promise<UpgradeReport> {
  const run = new StoreUpgrade(options, upgradeFiles);
  await run.upgrade(where);
  return run.report();
}

class StoreUpgrade {
  readonly #options: UpgradeArchivesOptions;
  readonly #upgradeFiles: UpgradeFiles;
  readonly #head: number;
  readonly #failed: Problem[] = [];
  readonly #startedAt = performance.now();
  readonly #counts = { upgraded: 0, current: 0, failed: 0 };
  readonly #setAside: ReadonlyMap<string, Problem>;
  #found = 0;
  #bytesFound = 0;
  #bytesDone = 0;
  #bytesUpgraded = 0;

  constructor(options: UpgradeArchivesOptions, upgradeFiles: UpgradeFiles) {
    this.#options = options;
    this.#upgradeFiles = upgradeFiles;
    this.#head = options.lineage.migrations.length;
    this.#setAside = new Map(options.quarantined?.map((problem) => [problem.path, problem]));
  }

  async upgrade(where: Archives): Promise<void> {
    const notes = newNotes();
    const { shard, sample, signal } = this.#options;
    const pending = this.#pending(streamArchives(where, notes, { shard, sample }));
    for await (const window of fetchWindows(pending)) {
      using fetched = window;
      if (signal?.aborted) break;
      await this.#upgradeWindow(fetched);
    }
    for (const error of notes.problems) this.#tell(this.#toFailed(problemOf(error, error.path ?? '')));
  }

  report(): UpgradeReport {
    const { upgraded, current } = this.#counts;
    return {
      upgraded,
      current,
      failed: this.#failed.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path))),
      left: this.#found - this.#done,
      sizeBytes: this.#bytesUpgraded,
      durationMs: performance.now() - this.#startedAt,
    };
  }

  get #done(): number {
    return this.#counts.upgraded + this.#counts.current + this.#counts.failed;
  }

  async *#pending(files: AsyncIterable<RecognisedFile>): AsyncGenerator<FoundFile> {
    for await (const file of files) {
      if (this.#options.signal?.aborted) return;
      this.#found += 1;
      this.#bytesFound += file.sizeBytes;
      const problem = this.#setAside.get(file.path);
      if (problem) this.#tell(this.#toFailed(problem), file);
      // Named for the upgrade of files, it would stand for the archives that it lists.
      else if (file.header?.applicationId === manifestApplicationId)
        this.#tell(this.#toFailed(problemOf(isManifestError(file.path), file.path)), file);
      else if (this.#isCurrent(file)) {
        this.#tell({ ...this.#toFile(file), state: 'current', from: this.#head, how: 'none' }, file);
      } else yield file;
    }
  }

  #isCurrent({ header }: RecognisedFile): boolean {
    return (
      header !== undefined && !header.isWal && versionFromHint(header, this.#options.lineage) === this.#head
    );
  }

  async #upgradeWindow({ files, failed }: FetchedWindow): Promise<void> {
    for (const { file, error } of failed) this.#tell(this.#toFailed(problemOf(error, file.path)), file);
    const byPath = new Map(files.map((file) => [file.localPath as string, file]));
    const done: UpgradedFile[] = [];
    const { lineage, verify, acceptLoss, dryRun, jobs, signal, backupDir } = this.#options;
    const [first] = byPath.keys();
    if (first === undefined) return;
    const kept = join(first, '..', 'originals');
    await this.#upgradeFiles([...byPath.keys()], {
      lineage,
      ...(verify && { verify }),
      ...(jobs !== undefined && { jobs }),
      ...(signal && { signal }),
      ...(dryRun && { dryRun }),
      acceptLoss: acceptLoss || backupDir !== undefined,
      ...(backupDir !== undefined && !dryRun && { backupDir: kept }),
      onFile: (file) => done.push(file),
    });
    const put = async (outcome: UpgradedFile) => {
      const file = byPath.get(outcome.path);
      return file && { file, outcome: await this.#putBack(outcome, file, kept) };
    };
    for await (const it of inFlight(done, requestsInFlight, put)) if (it) this.#tell(it.outcome, it.file);
  }

  async #putBack(outcome: UpgradedFile, file: FoundFile, kept: string): Promise<UpgradedFile> {
    const said = { ...outcome, path: file.path, sizeBytes: file.sizeBytes };
    if (outcome.problem) return { ...said, problem: { ...outcome.problem, path: file.path } };
    if (outcome.state !== 'upgraded' || this.#options.dryRun) return said;
    try {
      const local = file.localPath as string;
      const { root, key } = splitObjectUrl(file.path);
      const { backupDir } = this.#options;
      if (backupDir !== undefined) {
        await pushFile(
          join(kept, local.slice(join(local, '..').length + 1)),
          openStore(backupDir),
          file.relativePath,
        );
      }
      await openStore(root).put(key, local, { etag: file.etag ?? '' });
      return said;
    } catch (error) {
      if (!(error instanceof VarveError)) throw error;
      return {
        ...this.#toFailed({ ...problemOf(error, file.path), path: file.path }),
        sizeBytes: file.sizeBytes,
      };
    }
  }

  #toFile({ path, sizeBytes }: FoundFile) {
    return { path, sizeBytes, to: this.#head, durationMs: 0 };
  }

  #toFailed(problem: Problem): UpgradedFile {
    const { path } = problem;
    return {
      path,
      state: 'failed',
      from: undefined,
      to: this.#head,
      how: 'none',
      sizeBytes: 0,
      durationMs: 0,
      problem,
    };
  }

  /** Without a file, of a path that could not be searched. */
  #tell(outcome: UpgradedFile, file?: FoundFile): void {
    if (outcome.problem) this.#failed.push(outcome.problem);
    if (file) {
      this.#counts[outcome.state] += 1;
      this.#bytesDone += file.sizeBytes;
      if (outcome.state === 'upgraded') this.#bytesUpgraded += file.sizeBytes;
    }
    this.#options.onFile?.(outcome);
    this.#options.onProgress?.({
      done: this.#done,
      total: this.#found,
      bytesDone: this.#bytesDone,
      bytesTotal: this.#bytesFound,
    });
  }
}

/** Of archives and backups, of which some lie in a bucket and some do not. */
export function divideByStore(where: Archives): { readonly stores: string[]; readonly local: string[] } {
  const names = [where].flat();
  return { stores: names.filter((name) => isInStore(name)), local: names.filter((name) => !isInStore(name)) };
}

function isManifestError(path: string): VarveError {
  return new VarveError('VERSION_FOREIGN', 'the object is a list of archives, and none itself', {
    path,
    hint: 'name it alone to have what it lists upgraded, or keep it below another prefix',
  });
}
