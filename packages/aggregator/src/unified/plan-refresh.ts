import { lstatSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { VarveError } from '@varve/schema';
import {
  FileList,
  type FoundFile,
  isExpected,
  isOutOfSight,
  isRemote,
  recogniseArchive,
  type WalkNotes,
} from '../find/index.ts';
import type { ArchiveEntries, KnownArchive } from './archive-entries.ts';
import { IdSet } from './id-set.ts';

/**
 * What is to be done with a file: `workers` may read it beside this process, which reads those `here` itself, and fetches
 * `remote` ones before; `again`, where the view knows it. A `settled` one is as it was, and not counted, since another holds
 * its session.
 */
export type FileLane = 'workers' | 'here' | 'here again' | 'remote' | 'remote again' | 'settled';

export const lanesToRead: readonly FileLane[] = ['workers', 'here', 'here again', 'remote', 'remote again'];
export const lanesAgain: readonly FileLane[] = ['here again', 'remote again'];

/** However many archives there are, no list of them is in memory. */
export interface RefreshPlan extends Disposable {
  readonly files: FileList<FileLane>;
  /** Archives that are no longer there, and that the view does not know as such. */
  readonly gone: number;
  listGone(): Iterable<KnownArchive>;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly problems: readonly VarveError[];
}

export interface PlanOptions {
  readonly entries: ArchiveEntries;
  readonly notes: WalkNotes;
  /** The view itself, where it is a file. */
  readonly unifiedFile?: string;
  readonly keepsGone?: boolean;
  /** Of an archive that is as it was. */
  readonly mustReadAgain?: (archive: KnownArchive) => boolean;
  /** Told of each archive that is as it was. */
  readonly onKnown?: (archive: KnownArchive) => void;
}

/**
 * These may pass without a change to the file, so it is tried again. Where the disk cannot read a page, SQLite calls the
 * file corrupt: https://www.sqlite.org/rescode.html#ioerr_corruptfs
 */
const passingCodes = new Set([
  'FILE_UNREADABLE',
  'FILE_NOT_FOUND',
  'FILE_BUSY',
  'FILE_CHANGED',
  'FILE_CORRUPT',
]);

/** Many enough that asking for them one by one would cost more. */
const lookupFiles = 500;

/** A larger archive is better written once, straight into the view. */
const mostBytesForWorkers = 8 * 1024 ** 2;

/**
 * Compares what lies there with what the view has seen, by path, size and time. Looks only into files that
 * are new or changed, and whose names do not tell that they are archives.
 */
export async function planRefresh(
  found: AsyncIterable<FoundFile>,
  options: PlanOptions,
): Promise<RefreshPlan> {
  const plan = new Plan(options);
  try {
    let page: FoundFile[] = [];
    for await (const file of found) {
      if (page.push(withWal(file)) < lookupFiles) continue;
      plan.compare(page);
      page = [];
    }
    plan.compare(page);
    plan.countGone();
    return plan;
  } catch (error) {
    plan[Symbol.dispose]();
    throw error;
  }
}

class Plan implements RefreshPlan {
  readonly files = new FileList<FileLane>();
  readonly #options: PlanOptions;
  readonly #seen = new IdSet();
  readonly #own: string | undefined;
  /** Of files alone; those of the walk come first. */
  readonly #problems: VarveError[] = [];
  added = 0;
  changed = 0;
  unchanged = 0;
  gone = 0;

  constructor(options: PlanOptions) {
    this.#options = options;
    this.#own = options.unifiedFile && realpathSync(options.unifiedFile);
  }

  get problems(): readonly VarveError[] {
    return [...this.#options.notes.problems, ...this.#problems];
  }

  compare(page: readonly FoundFile[]): void {
    const known = this.#options.entries.findAll(page.map(({ path }) => path));
    for (const file of page) this.#compareOne(file, known.get(file.path));
  }

  #compareOne(file: FoundFile, before: KnownArchive | undefined): void {
    if (isUnchanged(file, before) && !this.#options.mustReadAgain?.(before)) {
      this.unchanged += 1;
      this.#seen.add(before.id);
      this.#options.onKnown?.(before);
      if (before.state === 'duplicate') this.files.add(file, 'settled');
    } else if (!this.#isOwn(file)) {
      // Whoever reads it says what is wrong with it.
      const recognised = isExpected(file) || isRemote(file) ? file : recogniseArchive(file);
      if (recognised instanceof VarveError) this.#problems.push(recognised);
      else if (recognised) this.#mustRead(file, before);
    }
  }

  #mustRead(file: FoundFile, before: KnownArchive | undefined): void {
    if (before) this.#seen.add(before.id);
    this.files.add(file, laneOf(file, before));
    if (before && before.state !== 'gone') this.changed += 1;
    else this.added += 1;
  }

  #isOwn(file: FoundFile): boolean {
    const own = this.#own;
    if (own === undefined || isRemote(file) || basename(file.path) !== basename(own)) return false;
    return realpathSync(file.path) === own;
  }

  countGone(): void {
    if (this.#seen.size === this.#options.entries.count()) return;
    for (const _ of this.listGone()) this.gone += 1;
  }

  *listGone(): Generator<KnownArchive> {
    const { entries, notes, keepsGone = false } = this.#options;
    const problems = [...notes.problems, ...this.#problems];
    for (const archive of entries.list()) {
      if (this.#seen.has(archive.id) || (keepsGone && archive.state === 'gone')) continue;
      if (!isOutOfSight(archive.path, problems)) yield archive;
    }
  }

  [Symbol.dispose](): void {
    this.files[Symbol.dispose]();
  }
}

function laneOf(file: FoundFile, before: KnownArchive | undefined): FileLane {
  const isAgain = before !== undefined && before.state !== 'gone';
  if (isRemote(file)) return isAgain ? 'remote again' : 'remote';
  if (isForWorkers(file, before)) return 'workers';
  return isAgain ? 'here again' : 'here';
}

/** Of a file that lies on this machine: rows that the view has of it must be compared with what it holds now. */
export function isForWorkers({ sizeBytes }: FoundFile, before: KnownArchive | undefined): boolean {
  return before === undefined && sizeBytes <= mostBytesForWorkers;
}

function isUnchanged(file: FoundFile, before: KnownArchive | undefined): before is KnownArchive {
  if (!before || before.state === 'gone') return false;
  const isSame = file.sizeBytes === before.sizeBytes && file.mtimeMs === before.mtimeMs;
  return isSame && !passingCodes.has(before.errorCode ?? '');
}

/** A session that is being written grows in its WAL. */
export function withWal(file: FoundFile): FoundFile {
  if (!file.sidecars.includes('-wal')) return file;
  const wal = lstatSync(`${file.path}-wal`, { throwIfNoEntry: false });
  // Of what is no file, whoever reads the archive says so.
  if (!wal?.isFile()) return file;
  return { ...file, sizeBytes: file.sizeBytes + wal.size, mtimeMs: Math.max(file.mtimeMs, wal.mtimeMs) };
}
