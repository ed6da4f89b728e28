import { join } from 'node:path';
import type { Redact } from '@varve/core';
import { archiveName } from './archive/index.ts';
import type { ImportedSession } from './archive-finisher.ts';
import { Continuation } from './continuation.ts';
import { type FamilyFile, importerVersion } from './family-file.ts';
import { FamilyMemory } from './family-memory.ts';
import { readFamilyState } from './family-state.ts';
import {
  type FormatOptions,
  firstTimeIn,
  type LogReading,
  type MapContext,
  readLog,
} from './format/index.ts';
import type { ImportProblem } from './import-problem.ts';
import { beginsWith } from './log/index.ts';
import { removeSuperseded } from './remove-superseded.ts';
import { SessionArchives } from './session-archives.ts';
import { NotContinuable, SharedFamily } from './shared-family.ts';
import { SourceRows } from './source-rows.ts';

export interface ImportFamilyOptions {
  /** The folder of the archives. */
  readonly into: string;
  readonly isDryRun: boolean;
  readonly options: FormatOptions;
  readonly signal?: AbortSignal | undefined;
  readonly redact?: Redact | undefined;
}

type FileReading = LogReading & { readonly path: string; readonly isPartial: boolean };

export interface ReadFile extends LogReading {
  readonly path: string;
  /** The sessions that it tells of. */
  readonly sessions: readonly string[];
  /** Of some of its sessions nothing was wanted. */
  readonly isPartial: boolean;
}

export interface FamilyResult {
  readonly sessions: readonly ImportedSession[];
  readonly problems: readonly ImportProblem[];
  readonly files: readonly ReadFile[];
}

/**
 * Reads the logs that may tell of the same sessions, one after the other, and makes their archives. Where they only grew, it
 * reads what is new.
 */
export async function importFamily(
  files: readonly FamilyFile[],
  settings: ImportFamilyOptions,
): Promise<FamilyResult> {
  const { into, isDryRun, redact } = settings;
  const paths = files.map(({ path }) => path);
  // What is kept to go on from has what was read as it was.
  const state = isDryRun || redact ? undefined : readFamilyState(into, paths);
  const continuation = Continuation.of(state, { files, into, version: importerVersion });
  try {
    if (continuation) return await new FamilyImport(files, settings, continuation).run();
  } catch (error) {
    if (!(error instanceof NotContinuable)) throw error;
  }
  return new FamilyImport(files, settings).run();
}

class FamilyImport {
  readonly #files: readonly FamilyFile[];
  readonly #settings: ImportFamilyOptions;
  readonly #family: SharedFamily;
  readonly #archives: SessionArchives;
  readonly #sources = new SourceRows();
  /** The sessions that each log tells of. */
  readonly #told = new Map<string, Set<string>>();
  readonly #superseded = new Set<string>();
  readonly #continuation: Continuation | undefined;
  readonly #memory: FamilyMemory;

  constructor(files: readonly FamilyFile[], settings: ImportFamilyOptions, continuation?: Continuation) {
    this.#files = files;
    this.#settings = settings;
    this.#continuation = continuation;
    const paths = files.map(({ path }) => path);
    this.#family = new SharedFamily(paths, continuation?.state.family);
    const { into, isDryRun, redact } = settings;
    this.#archives = new SessionArchives({ into, isDryRun, sources: this.#sources, continuation, redact });
    const [archives, isForgetful] = [this.#archives, isDryRun || redact !== undefined];
    this.#memory = new FamilyMemory({ files, into, isForgetful, continuation, archives });
  }

  async run(): Promise<FamilyResult> {
    const read: FileReading[] = [];
    let isWhole = false;
    try {
      for (const [at, file] of this.#files.entries()) {
        this.#family.logsToCome = this.#files.length - at - 1;
        this.#family.current = file.path;
        read.push(this.#continuation?.isKnown(file) ? this.#leave(file) : await this.#readFile(file));
      }
      await this.#archives.finishAll();
      for (const id of this.#superseded) this.#removeSuperseded(id);
      this.#memory.saveState(read, this.#family);
      isWhole = true;
    } finally {
      this.#family.close();
      await this.#archives.discard();
      this.#memory.saveSessions(isWhole);
    }
    return {
      sessions: this.#archives.done,
      problems: this.#archives.problems,
      files: read.map((it) => ({ ...it, sessions: [...(this.#told.get(it.path) ?? [])] })),
    };
  }

  /** A log that another one of the family is read for, in which there is nothing new. */
  #leave(file: FamilyFile): FileReading {
    const { path, sizeBytes } = file;
    const names = this.#continuation?.namesOf(file) ?? [];
    this.#told.set(path, new Set(names));
    for (const name of names) this.#archives.leave(name, file);
    const nothing = { records: 0, skipped: {}, hash: '', lastRecordKey: null, isPartial: false };
    return { ...nothing, path, sizeBytes, knownBytes: sizeBytes };
  }

  async #readFile(file: FamilyFile): Promise<FileReading> {
    const { options, signal } = this.#settings;
    const source = { path: file.path, mtimeMs: file.mtimeMs, sample: file.sample, options };
    this.#archives.beginLog();
    const told = new Set<string>();
    this.#told.set(file.path, told);
    const closing: string[] = [];
    const past = this.#memory.knownSessions(file);
    const ids = new Map<string, string>();
    const context: MapContext = {
      ...source,
      firstMs: firstTimeIn(file.sample.values),
      toldElsewhere: (id) => this.#archives.toldElsewhere(id, file),
      supersede: (id) => this.#superseded.add(id),
      readAnew: () => {
        throw new NotContinuable();
      },
      family: this.#family,
      session: (id) => {
        const session = this.#archives.open(id, file);
        told.add(session.writer.id);
        ids.set(session.writer.id, id);
        return session.writer;
      },
      tell: (writer, row) => {
        this.#sources.addPart(writer.id, {
          ...row,
          format: file.format.name,
          path: file.path,
          importerVersion,
        });
      },
      close: (writer, { keep, ...row }) => {
        closing.push(writer.id);
        past.take(ids.get(writer.id) ?? writer.id, { name: writer.id, keep });
        ids.delete(writer.id);
        context.tell(writer, row);
      },
    };
    const afterRecord = () => (closing.length > 0 ? this.#finish(closing.splice(0)) : undefined);
    const mapper = file.format.open(context, this.#continuation?.mapperOf(file));
    const reading = await readLog(file.format, source, mapper, {
      signal,
      afterRecord,
      onTurn: () => this.#startSyncs(told),
      beforeEnd: () => this.#memory.takeSnapshot(file, mapper, told),
      from: this.#continuation?.logOf(file),
      past,
    });
    if (!reading) throw new NotContinuable();
    await afterRecord();
    for (const name of [...past.left, ...(this.#continuation?.namesOf(file) ?? [])]) {
      if (told.has(name)) continue;
      told.add(name);
      this.#archives.leave(name, file);
    }
    const { hash, sizeBytes, lastRecordKey } = reading;
    const known = { path: file.path, hash, sizeBytes, lastRecordKey };
    this.#sources.addWhole({ format: file.format.name, ...known, importerVersion });
    return { ...reading, path: file.path, isPartial: past.isPartial };
  }

  /** The log tells no more of them. */
  async #finish(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#archives.finish(name);
  }

  /** The disk works while the log is read on. */
  #startSyncs(told: ReadonlySet<string>): void {
    for (const name of told) this.#archives.unfinished(name)?.draft?.startSync();
  }

  #removeSuperseded(id: string): void {
    const name = archiveName(id);
    if (this.#settings.isDryRun || this.#archives.get(name) !== undefined) return;
    const formats = new Map(this.#files.map(({ path, format }) => [path, format]));
    removeSuperseded(join(this.#settings.into, `${name}.db`), (log) => {
      const format = formats.get(log.path);
      // Of one that tells of many sessions, what is known of the archive is not how the log began.
      return format !== undefined && (format.isManifold === true || beginsWith(log.path, log));
    });
  }
}
