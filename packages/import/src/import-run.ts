import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { VarveError } from '@varve/schema';
import { CopiedLogs } from './copied-logs.ts';
import type { FamilyFile } from './family-file.ts';
import { type LogFormat, recogniseFormat } from './format/index.ts';
import { type FamilyResult, type ImportFamilyOptions, importFamily } from './import-family.ts';
import { ImportIndex } from './import-index.ts';
import type { ImportLogsOptions } from './import-logs-options.ts';
import { importOnWorkers } from './import-on-workers.ts';
import type { ImportReport } from './import-report.ts';
import { type Families, ImportTally } from './import-tally.ts';
import { isAsItWas } from './is-as-it-was.ts';
import { type FoundLogs, sampleLog } from './log/index.ts';
import { planFamilies } from './plan-families.ts';

/** To start a worker takes as long as to read so much. */
const worthWorkersBytes = 1 << 25;

/** One import into one folder, which nobody else writes into meanwhile. */
export class ImportRun {
  readonly #formats: readonly LogFormat[];
  readonly #found: FoundLogs;
  readonly #options: ImportLogsOptions;
  readonly #index: ImportIndex;
  readonly #archives: ReadonlySet<string>;
  readonly #tally: ImportTally;
  readonly #copies: CopiedLogs;

  constructor(formats: readonly LogFormat[], found: FoundLogs, options: ImportLogsOptions) {
    this.#formats = formats;
    this.#found = found;
    this.#options = options;
    this.#index = new ImportIndex(options.into);
    this.#archives = new Set(namesIn(options.into));
    this.#tally = new ImportTally((done, total) => options.onProgress?.({ done, total }));
    this.#copies = new CopiedLogs(this.#index, this.#tally, this.#settings());
  }

  /** The report where there is nothing to open, let alone to write; undefined otherwise. */
  reportIfSettled(): ImportReport | undefined {
    const { files, problems } = this.#found;
    const entries = files.map((file) =>
      this.#index.unchanged(file, { archives: this.#archives, options: this.#options }),
    );
    if (problems.length > 0 || entries.includes(undefined)) return undefined;
    this.#tally.logs = files.length;
    for (const entry of entries) this.#tally.settle(entry?.sessions ?? []);
    this.#tally.progress(files.length);
    return this.#tally.report();
  }

  /** Whether there is one at least. */
  hasLogs(): boolean {
    return this.#found.files.some(({ path }) => {
      try {
        return recogniseFormat(this.#formats, sampleLog(path), this.#options) !== undefined;
      } catch {
        return false;
      }
    });
  }

  async run(): Promise<ImportReport> {
    const { files, problems } = this.#found;
    for (const error of problems) this.#tally.fail(error, error.path ?? '');
    this.#tally.logs = files.length;
    const { options } = this.#settings();
    const [index, archives, tally] = [this.#index, this.#archives, this.#tally];
    try {
      await this.#importAll(planFamilies(files, { formats: this.#formats, options, index, archives, tally }));
      for (const file of this.#copies.settle()) this.#remember(file, []);
    } catch (error) {
      throw this.#options.signal?.aborted ? interrupted(this.#options.into) : error;
    } finally {
      if (!this.#options.dryRun) this.#saveIndex();
    }
    return this.#tally.report();
  }

  /** Without it the next import reads more. */
  #saveIndex(): void {
    try {
      this.#index.save();
    } catch (error) {
      this.#tally.fail(error, this.#index.path);
    }
  }

  async #importAll(families: Families): Promise<void> {
    const { jobs, signal, redact } = this.#options;
    const toRead: (readonly FamilyFile[])[] = [];
    for (const family of families) toRead.push(await this.#copies.leaveOut(family));
    const isForWorkers = (family: readonly FamilyFile[]) => !family.some(({ format }) => format.isManifold);
    const shared = toRead.filter(isForWorkers);
    const isWorthIt = !redact && (jobs !== undefined || sizeOf(shared.flat()) > worthWorkersBytes);
    const workers = isWorthIt ? Math.min(jobs ?? Math.min(availableParallelism(), 4), shared.length) : 1;
    const left = workers > 1 ? new Set(await this.#importBeside(shared, workers)) : undefined;
    for (const family of toRead) {
      if (left && isForWorkers(family) && !left.has(family)) continue;
      signal?.throwIfAborted();
      await this.#import(family);
    }
    signal?.throwIfAborted();
  }

  /** In this process and in others; returns the families that killed their worker. */
  async #importBeside(families: Families, processes: number): Promise<Families> {
    const bySize = [...families].sort((a, b) => sizeOf(b) - sizeOf(a));
    const queue = bySize.values();
    const beside = importOnWorkers(queue, {
      ...this.#settings(),
      workers: processes - 1,
      onOutcome: (family, outcome) => {
        if ('result' in outcome) this.#take(outcome.result, family);
        else this.#tally.failAll(outcome.problems);
        this.#tally.progress(family.length);
      },
    });
    // They have their first tasks before this process is busy.
    await setImmediate();
    const [lost] = await Promise.all([beside, this.#importEach(queue)]);
    return lost;
  }

  async #importEach(families: Iterable<readonly FamilyFile[]>): Promise<void> {
    for (const family of families) {
      if (this.#options.signal?.aborted) return;
      await this.#import(family).catch((error: unknown) => {
        if (!this.#options.signal?.aborted) throw error;
      });
    }
  }

  async #import(family: readonly FamilyFile[]): Promise<void> {
    try {
      this.#take(await importFamily(family, this.#settings()), family);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      for (const { path } of family) this.#tally.fail(error, path);
    }
    this.#tally.progress(family.length);
  }

  #settings(): ImportFamilyOptions {
    const { into, dryRun = false, signal, fields, sinceMs, redact } = this.#options;
    const options = { ...(fields && { fields }), ...(sinceMs !== undefined && { sinceMs }) };
    return { into, isDryRun: dryRun, options, signal, redact };
  }

  #take(result: FamilyResult, family: readonly FamilyFile[]): void {
    this.#tally.take(result);
    for (const [at, file] of family.entries()) {
      const read = result.files[at];
      if (read && !read.isPartial && isAsItWas(file, read.sizeBytes, this.#options))
        this.#remember(file, read.sessions);
    }
  }

  #remember(file: FamilyFile, sessions: readonly string[]): void {
    const { path, sizeBytes, mtimeMs, format, identity, beside } = file;
    const [name, kin] = [format.name, [...identity.kin]];
    this.#copies.tell(path, sessions);
    this.#index.set(path, { sizeBytes, mtimeMs, format: name, kin, sessions: [...sessions], beside });
  }
}

function sizeOf(files: readonly FamilyFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function interrupted(into: string): VarveError {
  return new VarveError('INTERRUPTED', 'the import was stopped before all logs were read', {
    path: into,
    hint: 'import again: what was finished stays and is not read anew',
  });
}
