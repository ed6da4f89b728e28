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
import type { UpgradedFile, UpgradeLog, UpgradeReport } from './upgrade-log.ts';
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
  log: UpgradeLog,
  options: UpgradeArchivesOptions,
  upgradeFiles: UpgradeFiles,
): Promise<void> {
  await new StoreUpgrade(log, options, upgradeFiles).upgrade(where);
}

class StoreUpgrade {
  readonly #log: UpgradeLog;
  readonly #options: UpgradeArchivesOptions;
  readonly #upgradeFiles: UpgradeFiles;
  readonly #head: number;
  readonly #signal: AbortSignal;
  readonly #setAside: ReadonlyMap<string, Problem>;

  constructor(log: UpgradeLog, options: UpgradeArchivesOptions, upgradeFiles: UpgradeFiles) {
    this.#log = log;
    this.#options = options;
    this.#upgradeFiles = upgradeFiles;
    this.#head = options.lineage.migrations.length;
    this.#signal = log.signal;
    this.#setAside = new Map(options.quarantined?.map((problem) => [problem.path, problem]));
  }

  async upgrade(where: Archives): Promise<void> {
    const notes = newNotes();
    const { shard, sample } = this.#options;
    const pending = this.#pending(streamArchives(where, notes, { shard, sample }));
    for await (const window of fetchWindows(pending)) {
      using fetched = window;
      if (this.#signal.aborted) break;
      await this.#upgradeWindow(fetched);
    }
    for (const error of notes.problems) this.#log.addUnsearched(problemOf(error, error.path ?? ''));
  }

  async *#pending(files: AsyncIterable<RecognisedFile>): AsyncGenerator<FoundFile> {
    for await (const file of files) {
      if (this.#signal.aborted) return;
      this.#log.find({ files: 1, sizeBytes: file.sizeBytes });
      const problem = this.#setAside.get(file.path);
      if (problem) this.#log.addProblem(file, problem);
      // Named for the upgrade of files, it would stand for the archives that it lists.
      else if (file.header?.applicationId === manifestApplicationId)
        this.#log.addProblem(file, problemOf(isManifestError(file.path), file.path));
      else if (this.#isCurrent(file)) this.#log.addFile(toCurrent(file, this.#head));
      else yield file;
    }
  }

  #isCurrent({ header }: RecognisedFile): boolean {
    return (
      header !== undefined && !header.isWal && versionFromHint(header, this.#options.lineage) === this.#head
    );
  }

  async #upgradeWindow({ files, failed }: FetchedWindow): Promise<void> {
    for (const { file, error } of failed) this.#log.addProblem(file, problemOf(error, file.path));
    const byPath = new Map(files.map((file) => [file.localPath as string, file]));
    const done: UpgradedFile[] = [];
    const { lineage, verify, acceptLoss, dryRun, jobs, backupDir } = this.#options;
    const [first] = byPath.keys();
    if (first === undefined) return;
    const kept = join(first, '..', 'originals');
    await this.#upgradeFiles([...byPath.keys()], {
      lineage,
      ...(verify && { verify }),
      ...(jobs !== undefined && { jobs }),
      signal: this.#signal,
      ...(dryRun && { dryRun }),
      acceptLoss: acceptLoss || backupDir !== undefined,
      ...(backupDir !== undefined && !dryRun && { backupDir: kept }),
      onFile: (file) => done.push(file),
    });
    const put = async (outcome: UpgradedFile) => {
      const file = byPath.get(outcome.path);
      return file && this.#putBack(outcome, file, kept);
    };
    for await (const outcome of inFlight(done, requestsInFlight, put))
      if (outcome) this.#log.addFile(outcome);
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
      const problem = { ...problemOf(error, file.path), path: file.path };
      return { ...said, state: 'failed', from: undefined, how: 'none', problem };
    }
  }
}

function toCurrent({ path, sizeBytes }: FoundFile, head: number): UpgradedFile {
  return { path, state: 'current', from: head, to: head, how: 'none', sizeBytes, durationMs: 0 };
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
