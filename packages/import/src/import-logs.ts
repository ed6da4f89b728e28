import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { acquireWriterLock, durableFs, fileError } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { type FormatOptions, findFormats, type LogFormat, recogniseFormat } from './format/index.ts';
import { groupKin } from './group-kin.ts';
import {
  type FamilyFile,
  type FamilyResult,
  type ImportedSession,
  type ImportFamilyOptions,
  importFamily,
} from './import-family.ts';
import { ImportIndex, type IndexEntry, indexName } from './import-index.ts';
import { importOnWorkers } from './import-on-workers.ts';
import { type ImportProblem, problemOf } from './import-problem.ts';
import { leaveOutPrefixes } from './leave-out-prefixes.ts';
import { type LogFile, sampleLog, walkLogs } from './log/index.ts';

export interface ImportLogsOptions extends FormatOptions {
  /** The folder of the archives, made where it is missing. */
  readonly into: string;
  /** How many processes read logs: one a core unless given, four at most, and only this one for a few megabytes. */
  readonly jobs?: number;
  /** Read everything, write nothing: tells what would come. */
  readonly dryRun?: boolean;
  /** Called after each log. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** No log is begun after it is aborted, and what is half read is left out. */
  readonly signal?: AbortSignal;
}

export interface ImportProgress {
  /** Logs that are read, or were found unchanged. */
  readonly done: number;
  readonly total: number;
}

export interface ImportReport {
  /** Sessions whose archives are new, or were replaced. In the order in which they were done. */
  readonly sessions: readonly ImportedSession[];
  readonly added: number;
  readonly changed: number;
  /** Sessions whose archives are as they were. */
  readonly unchanged: number;
  /** Logs found; those of other kinds, in folders, are only counted. */
  readonly logs: number;
  readonly otherFiles: number;
  /** Logs that were not read, by why. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Records read, rows written, and records that gave no row, by why. */
  readonly records: number;
  readonly rows: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly sizeBytes: number;
  readonly problems: readonly ImportProblem[];
}

/**
 * Reads logs of other agents into archives, one a session, named by the session's id. Done again, it reads only logs
 * that have changed, and replaces only archives that come out otherwise; archives whose logs are gone stay.
 *
 * @param format One of `formatNames`; `auto` recognises each log.
 * @param paths Logs, and folders that are searched through.
 * @throws USAGE for an unknown format; FILE_BUSY while another import writes into the folder; FILE_READ_ONLY;
 * INTERRUPTED when the signal aborts it: what was finished by then stays, and the next import goes on from there.
 * What is wrong with single logs is in the report.
 *
 * @example
 * ```ts
 * import { mkdirSync, writeFileSync } from 'node:fs';
 * import { importLogs } from '@varve/import';
 *
 * mkdirSync('logs', { recursive: true });
 * const messages = [
 *   { role: 'user', content: 'hello' },
 *   { role: 'assistant', content: 'hi' },
 * ];
 * writeFileSync('logs/chat.jsonl', `${JSON.stringify({ messages })}\n`);
 *
 * const report = await importLogs('openai-chat', 'logs', { into: 'archives' });
 * console.log(report.added); // 1
 * ```
 */
export async function importLogs(
  format: string,
  paths: string | readonly string[],
  options: ImportLogsOptions,
): Promise<ImportReport> {
  const formats = findFormats(format);
  const into = resolve(options.into);
  const begin = () => new ImportRun(formats, [paths].flat(), { ...options, into });
  if (options.dryRun) return begin().run();
  const settled = begin().reportIfSettled();
  if (settled) return settled;
  try {
    durableFs.makeDir(into);
  } catch (error) {
    throw fileError(error, into, 'write');
  }
  return withFolderLock(into, () => begin().run());
}

/** To start a worker takes as long as to read so much. */
const worthWorkersBytes = 1 << 25;

class ImportRun {
  readonly #formats: readonly LogFormat[];
  readonly #paths: readonly string[];
  readonly #options: ImportLogsOptions;
  readonly #index: ImportIndex;
  readonly #archives: ReadonlySet<string>;
  readonly #sessions: ImportedSession[] = [];
  readonly #problems: ImportProblem[] = [];
  readonly #skipped: Record<string, number> = {};
  /** Sessions of logs that did not have to be opened. */
  readonly #settled = new Set<string>();
  readonly #passed: Record<string, number> = {};
  readonly #totals = { unchanged: 0, records: 0, sizeBytes: 0, otherFiles: 0, done: 0, logs: 0 };

  constructor(formats: readonly LogFormat[], paths: readonly string[], options: ImportLogsOptions) {
    this.#formats = formats;
    this.#paths = paths;
    this.#options = options;
    this.#index = new ImportIndex(options.into);
    this.#archives = new Set(namesIn(options.into));
  }

  /** The report where there is nothing to open, let alone to write; undefined otherwise. */
  reportIfSettled(): ImportReport | undefined {
    const { files, problems } = walkLogs(this.#paths, this.#options.into);
    const entries = files.map((file) => this.#index.unchanged(file, this.#archives));
    if (problems.length > 0 || entries.includes(undefined)) return undefined;
    this.#totals.logs = files.length;
    for (const entry of entries) for (const id of entry?.sessions ?? []) this.#settled.add(id);
    this.#progress(files.length);
    return this.#report();
  }

  async run(): Promise<ImportReport> {
    const { files, problems } = walkLogs(this.#paths, this.#options.into);
    for (const error of problems) this.#fail(error, error.path ?? '');
    this.#totals.logs = files.length;
    try {
      await this.#importAll(this.#plan(files));
    } catch (error) {
      throw this.#options.signal?.aborted ? interrupted(this.#options.into) : error;
    } finally {
      if (!this.#options.dryRun) this.#index.save();
    }
    return this.#report();
  }

  /** The logs to read, those that may tell of the same session together; kin that did not change is read with them. */
  #plan(found: readonly LogFile[]): readonly (readonly FamilyFile[])[] {
    const settled = new Map<LogFile, IndexEntry>();
    const fresh: FamilyFile[] = [];
    for (const file of found) {
      const entry = this.#index.unchanged(file, this.#archives);
      if (entry) settled.set(file, entry);
      else fresh.push(...this.#look(file));
    }
    const wanted = new Set(fresh.flatMap(kinOf));
    for (const [file, { format, kin, sessions }] of settled) {
      const isWanted = kin.some((it) => wanted.has(`${format} ${it}`));
      if (isWanted) fresh.push(...this.#look(file));
      else this.#settle(file.path, sessions);
    }
    return groupKin(fresh, kinOf).map((family) => family.sort(byRank));
  }

  /** Samples a log; none for what is no log, or is not wanted. */
  #look(file: LogFile): readonly FamilyFile[] {
    const { sinceMs } = this.#options;
    try {
      if (sinceMs !== undefined && file.mtimeMs < sinceMs) return this.#pass('not changed since then');
      const sample = sampleLog(file.path);
      const format = recogniseFormat(this.#formats, sample, this.#options);
      if (format) return [{ ...file, sample, format, identity: format.identify(sample) }];
      if (file.isNamed) throw unrecognised(file.path, this.#formats);
      this.#totals.otherFiles++;
    } catch (error) {
      this.#fail(error, file.path);
    }
    return [];
  }

  async #importAll(families: readonly (readonly FamilyFile[])[]): Promise<void> {
    const { jobs, signal } = this.#options;
    const toRead = families.map((family) => this.#leaveOutCopies(family));
    const sizeBytes = toRead.flat().reduce((sum, file) => sum + file.sizeBytes, 0);
    const isWorthIt = jobs !== undefined || sizeBytes > worthWorkersBytes;
    const workers = isWorthIt ? Math.min(jobs ?? Math.min(availableParallelism(), 4), toRead.length) : 1;
    const alone = workers > 1 ? await this.#importBeside(toRead, workers) : toRead;
    for (const family of alone) {
      signal?.throwIfAborted();
      await this.#import(family);
    }
    signal?.throwIfAborted();
  }

  /** Copies of what a log was earlier count as read. */
  #leaveOutCopies(family: readonly FamilyFile[]): readonly FamilyFile[] {
    const [longest, shorter] = leaveOutPrefixes(family);
    for (const file of shorter) {
      this.#pass('a log that another one continues');
      this.#remember(file, []);
      this.#progress(1);
    }
    return longest;
  }

  #importBeside(
    families: readonly (readonly FamilyFile[])[],
    workers: number,
  ): Promise<readonly (readonly FamilyFile[])[]> {
    return importOnWorkers(families, {
      ...this.#settings(),
      workers,
      onOutcome: (family, outcome) => {
        if ('result' in outcome) this.#take(outcome.result, family);
        else this.#problems.push(...outcome.problems);
        this.#progress(family.length);
      },
    });
  }

  async #import(family: readonly FamilyFile[]): Promise<void> {
    try {
      this.#take(await importFamily(family, this.#settings()), family);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      for (const { path } of family) this.#fail(error, path);
    }
    this.#progress(family.length);
  }

  #settings(): ImportFamilyOptions {
    const { into, dryRun = false, signal, fields, sinceMs } = this.#options;
    const options = { ...(fields && { fields }), ...(sinceMs !== undefined && { sinceMs }) };
    return { into, isDryRun: dryRun, options, signal };
  }

  #take({ sessions, files }: FamilyResult, family: readonly FamilyFile[]): void {
    for (const session of sessions) {
      if (session.change === 'unchanged') this.#totals.unchanged++;
      else this.#sessions.push(session);
    }
    for (const [at, file] of family.entries()) {
      const read = files[at];
      if (!read) continue;
      this.#totals.records += read.records;
      this.#totals.sizeBytes += read.sizeBytes;
      for (const [reason, count] of Object.entries(read.skipped)) this.#skip(reason, count);
      if (read.sizeBytes === file.sizeBytes) this.#remember(file, read.sessions);
    }
  }

  #remember({ path, sizeBytes, mtimeMs, format, identity }: FamilyFile, sessions: readonly string[]): void {
    const entry = {
      sizeBytes,
      mtimeMs,
      format: format.name,
      kin: [...identity.kin],
      sessions: [...sessions],
    };
    this.#index.set(path, entry);
  }

  #settle(_path: string, sessions: readonly string[]): void {
    for (const id of sessions) this.#settled.add(id);
    this.#progress(1);
  }

  #pass(reason: string): readonly FamilyFile[] {
    this.#passed[reason] = (this.#passed[reason] ?? 0) + 1;
    return [];
  }

  #skip(reason: string, count: number): void {
    this.#skipped[reason] = (this.#skipped[reason] ?? 0) + count;
  }

  #fail(cause: unknown, path: string): void {
    this.#problems.push(problemOf(cause, path));
  }

  #progress(count: number): void {
    this.#totals.done += count;
    this.#options.onProgress?.({ done: this.#totals.done, total: this.#totals.logs });
  }

  #report(): ImportReport {
    const { unchanged, records, sizeBytes, otherFiles, logs } = this.#totals;
    const told = new Set(this.#sessions.map(({ id }) => id));
    return {
      sessions: this.#sessions,
      added: this.#sessions.filter(({ change }) => change === 'added').length,
      changed: this.#sessions.filter(({ change }) => change === 'changed').length,
      unchanged: unchanged + [...this.#settled].filter((id) => !told.has(id)).length,
      logs: logs - otherFiles,
      otherFiles,
      passedOver: this.#passed,
      records,
      rows: this.#sessions.reduce((sum, { rows }) => sum + rows, 0),
      skipped: this.#skipped,
      sizeBytes,
      problems: this.#problems,
    };
  }
}

function kinOf({ format, identity, path }: FamilyFile): readonly string[] {
  return [path, ...identity.kin].map((it) => `${format.name} ${it}`);
}

function byRank(a: FamilyFile, b: FamilyFile): number {
  const rank = a.identity.rank - b.identity.rank || a.sizeBytes - b.sizeBytes;
  return rank || (a.path < b.path ? -1 : 1);
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** One import at a time writes into a folder. */
async function withFolderLock<T>(into: string, work: () => Promise<T>): Promise<T> {
  const lock = acquireFolderLock(into);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function acquireFolderLock(into: string) {
  try {
    return acquireWriterLock(join(into, indexName), 0);
  } catch (error) {
    if (!(error instanceof VarveError) || error.code !== 'SESSION_LOCKED') throw error;
    throw new VarveError('FILE_BUSY', 'another import writes into this folder', {
      path: into,
      hint: 'wait until it is done, or import into another folder',
      details: error.details,
    });
  }
}

function unrecognised(path: string, formats: readonly LogFormat[]): VarveError {
  const [only, ...others] = formats;
  const what = only && others.length === 0 ? `a log of ${only.name}` : 'a log of a known agent';
  return new VarveError('LOG_UNRECOGNISED', `the file is not ${what}`, {
    path,
    hint: 'check the format; `varve import --help` lists all',
  });
}

function interrupted(into: string): VarveError {
  return new VarveError('INTERRUPTED', 'the import was stopped before all logs were read', {
    path: into,
    hint: 'import again: what was finished stays and is not read anew',
  });
}
