import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ArchiveDraft } from '@varve/core/internal';
import { standardLineage } from '@varve/migrations';
import { archiveName, readImported, removeArchive, SessionWriter, type SourceRow } from './archive/index.ts';
import { changeOf, goneLog } from './archive-change.ts';
import { Continuation, LogSnapshot } from './continuation.ts';
import { type FamilyFile, importerVersion } from './family-file.ts';
import { readFamilyState, type SavedLog, type SavedSession, writeFamilyState } from './family-state.ts';
import {
  type FormatOptions,
  isObject,
  type LogMapper,
  type LogReading,
  type MapContext,
  readLog,
  timeOf,
} from './format/index.ts';
import { type ImportProblem, problemOf } from './import-problem.ts';
import { NotContinuable, SharedFamily } from './shared-family.ts';

export interface ImportFamilyOptions {
  /** The folder of the archives. */
  readonly into: string;
  readonly isDryRun: boolean;
  readonly options: FormatOptions;
  readonly signal?: AbortSignal | undefined;
}

export interface ImportedSession {
  readonly id: string;
  /** Of its archive. */
  readonly path: string;
  /** What happened, or in a dry run would happen, to the archive. */
  readonly change: 'added' | 'changed' | 'unchanged';
  readonly format: string;
  readonly rows: number;
}

type FileReading = LogReading & { readonly path: string };

export interface ReadFile extends LogReading {
  readonly path: string;
  /** The sessions that it tells of. */
  readonly sessions: readonly string[];
}

export interface FamilyResult {
  readonly sessions: readonly ImportedSession[];
  readonly problems: readonly ImportProblem[];
  readonly files: readonly ReadFile[];
}

interface OpenSession {
  readonly writer: SessionWriter;
  readonly draft: ArchiveDraft | undefined;
  readonly path: string;
  /** Where the archive would be, had no other log taken the id. */
  readonly plainPath: string;
  readonly format: string;
  /** The logs it was read from, in the order in which they were. */
  readonly logs: Set<string>;
  isClosed: boolean;
}

/** Beyond so many, files of sessions are closed until they are needed again. */
const mostOpen = 32;

const mostWriting = 8;

/**
 * Reads the logs that may tell of the same sessions, one after the other, and makes their archives. Where they only grew, it
 * reads what is new.
 */
export async function importFamily(
  files: readonly FamilyFile[],
  settings: ImportFamilyOptions,
): Promise<FamilyResult> {
  const { into, isDryRun } = settings;
  const paths = files.map(({ path }) => path);
  const state = isDryRun ? undefined : readFamilyState(into, paths);
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
  readonly #sessions = new Map<string, OpenSession>();
  readonly #done: ImportedSession[] = [];
  /** Of sessions that a part of a log tells of, by session and log. */
  readonly #rows = new Map<string, SourceRow>();
  /** Of whole logs. */
  readonly #wholes = new Map<string, SourceRow>();
  /** The sessions that each log tells of. */
  readonly #told = new Map<string, Set<string>>();
  readonly #superseded = new Set<string>();
  readonly #problems: ImportProblem[] = [];
  /** Archives on their way to the disk. */
  readonly #writing = new Set<Promise<void>>();
  /** Of archives that could not be written. */
  readonly #failures: unknown[] = [];

  readonly #continuation: Continuation | undefined;
  readonly #snapshots = new Map<string, LogSnapshot>();

  constructor(files: readonly FamilyFile[], settings: ImportFamilyOptions, continuation?: Continuation) {
    this.#files = files;
    this.#settings = settings;
    this.#continuation = continuation;
    const paths = files.map(({ path }) => path);
    this.#family = new SharedFamily(paths, continuation?.state.family);
  }

  async run(): Promise<FamilyResult> {
    const read: FileReading[] = [];
    try {
      for (const [at, file] of this.#files.entries()) {
        this.#family.logsToCome = this.#files.length - at - 1;
        this.#family.current = file.path;
        read.push(this.#continuation?.isKnown(file) ? this.#leave(file) : await this.#readFile(file));
      }
      await this.#finishAll(this.#sessions.values());
      await Promise.all(this.#writing);
      if (this.#failures.length > 0) throw this.#failures[0];
      for (const id of this.#superseded) this.#removeSuperseded(id);
      this.#saveState(read);
    } finally {
      await Promise.allSettled(this.#writing);
      for (const { draft } of this.#sessions.values()) draft?.discard();
    }
    return {
      sessions: this.#done,
      problems: this.#problems,
      files: read.map((it) => ({ ...it, sessions: [...(this.#told.get(it.path) ?? [])] })),
    };
  }

  /** A log that another one of the family is read for, in which there is nothing new. */
  #leave(file: FamilyFile): FileReading {
    const { path, sizeBytes } = file;
    const sessions = this.#continuation?.sessionsOf(file) ?? [];
    this.#told.set(path, new Set(sessions.map(([name]) => name)));
    for (const [name, { format, rows }] of sessions) {
      const archive = join(this.#settings.into, `${name}.db`);
      this.#done.push({ id: name, path: archive, change: 'unchanged', format, rows });
    }
    const nothing = { records: 0, skipped: {}, hash: '', lastRecordKey: null };
    return { ...nothing, path, sizeBytes, knownBytes: sizeBytes };
  }

  async #readFile(file: FamilyFile): Promise<FileReading> {
    const { options, signal } = this.#settings;
    const source = { path: file.path, mtimeMs: file.mtimeMs, sample: file.sample, options };
    const told = new Set<string>();
    this.#told.set(file.path, told);
    const closing: OpenSession[] = [];
    const context: MapContext = {
      ...source,
      firstMs: firstTimeIn(file.sample.values),
      supersede: (id) => this.#superseded.add(id),
      family: this.#family,
      session: (id) => {
        const session = this.#open(id, file);
        told.add(session.writer.id);
        return session.writer;
      },
      close: (writer, row) => {
        const session = this.#sessions.get(writer.id);
        if (session) closing.push(session);
        this.#rows.set(rowKey(writer.id, file.path), {
          ...row,
          format: file.format.name,
          path: file.path,
          importerVersion,
        });
      },
    };
    const afterRecord = () => (closing.length > 0 ? this.#finishAll(closing.splice(0)) : undefined);
    const mapper = file.format.open(context, this.#continuation?.mapperOf(file));
    const reading = await readLog(file.format, source, mapper, {
      signal,
      afterRecord,
      onTurn: () => this.#startSyncs(told),
      beforeEnd: () => this.#takeSnapshot(file, mapper, told),
      from: this.#continuation?.logOf(file),
    });
    if (!reading) throw new NotContinuable();
    await afterRecord();
    const { hash, sizeBytes, lastRecordKey } = reading;
    const row = {
      format: file.format.name,
      path: file.path,
      hash,
      sizeBytes,
      lastRecordKey,
      importerVersion,
    };
    this.#wholes.set(file.path, row);
    return { ...reading, path: file.path };
  }

  /** The disk works while the log is read on. */
  #startSyncs(told: ReadonlySet<string>): void {
    for (const name of told) this.#sessions.get(name)?.draft?.startSync();
  }

  #takeSnapshot({ path }: FamilyFile, mapper: LogMapper, told: ReadonlySet<string>): void {
    if (this.#settings.isDryRun) return;
    const writers = [...told].flatMap((name) => this.#sessions.get(name)?.writer ?? []);
    this.#snapshots.set(path, new LogSnapshot(mapper, writers));
  }

  /** Nothing is saved where one of the logs cannot be gone on with, or two tell of one session. */
  #saveState(read: readonly FileReading[]): void {
    const { into, isDryRun } = this.#settings;
    if (isDryRun || [...this.#sessions.values()].some((session) => session.logs.size > 1)) return;
    const logs = new Map<string, SavedLog>();
    const sessions = new Map<string, SavedSession>();
    for (const [at, file] of this.#files.entries()) {
      const snapshot = this.#snapshots.get(file.path);
      const known = snapshot ? undefined : this.#continuation;
      const log = known ? known.logOf(file) : snapshot?.log(file, read[at]?.place);
      const own = known ? known.sessionsOf(file) : (snapshot?.sessions(file, into) ?? []);
      if (!log) return;
      logs.set(file.path, log);
      for (const [name, session] of own) {
        if (!session) return;
        sessions.set(name, session);
      }
    }
    const family = this.#family.save();
    writeFamilyState(into, [...logs.keys()], { importerVersion, logs, family, sessions });
  }

  #open(id: string, file: FamilyFile): OpenSession {
    const name = archiveName(this.#freeId(id, file));
    const known = this.#sessions.get(name);
    if (known && !known.isClosed) {
      known.logs.add(file.path);
      known.writer.claimSource(file.path);
      return known;
    }
    const path = join(this.#settings.into, `${name}.db`);
    const saved = this.#continuation?.writerOf(name);
    const isCopy = saved !== undefined;
    const draft = this.#settings.isDryRun ? undefined : new ArchiveDraft(path, standardLineage, { isCopy });
    const writer = new SessionWriter(name, draft, saved);
    if (name !== id) writer.describe({ metadata: { sourceId: id } });
    writer.claimSource(file.path);
    const plainPath = join(this.#settings.into, `${archiveName(id)}.db`);
    const session = {
      writer,
      draft,
      path,
      plainPath,
      format: file.format.name,
      logs: new Set([file.path]),
      isClosed: false,
    };
    this.#sessions.set(name, session);
    this.#parkOthers(session);
    return session;
  }

  /** Where another log has taken the id and their records cannot be told apart, the path makes the difference. */
  #freeId(id: string, file: FamilyFile): string {
    if (file.format.isKeyed) return id;
    const name = archiveName(id);
    const known = this.#sessions.get(name);
    const path = join(this.#settings.into, `${name}.db`);
    const isOurs = known
      ? known.logs.has(file.path) && !known.isClosed
      : !existsSync(path) || tellsOf(path, file.path);
    return isOurs ? id : `${id}.${createHash('sha256').update(file.path).digest('hex').slice(0, 8)}`;
  }

  #parkOthers(current: OpenSession): void {
    const open = [...this.#sessions.values()].filter((it) => it !== current && it.draft?.isOpen);
    for (const { writer } of open.slice(0, Math.max(0, open.length - mostOpen))) writer.park();
  }

  async #finishAll(sessions: Iterable<OpenSession>): Promise<void> {
    for (const session of sessions) await this.#finish(session);
  }

  async #finish(session: OpenSession): Promise<void> {
    if (session.isClosed) return;
    session.isClosed = true;
    const { writer, draft, path, plainPath, format, logs } = session;
    const rows = [...logs].flatMap(
      (log) => this.#rows.get(rowKey(writer.id, log)) ?? this.#wholes.get(log) ?? [],
    );
    writer.finish(rows);
    const read = { sources: rows, parents: writer.parents(), rows: writer.rows };
    // A log that was moved still tells of the archive that has its plain name.
    if (plainPath !== path && existsSync(plainPath) && changeOf(plainPath, read) === 'unchanged') {
      draft?.discard();
      this.#done.push({
        id: basename(plainPath, '.db'),
        path: plainPath,
        change: 'unchanged',
        format,
        rows: 0,
      });
      return;
    }
    const change = changeOf(path, read);
    const gone = change === 'changed' ? goneLog(path, logs) : undefined;
    if (gone) this.#problems.push(problemOf(gone, gone.path ?? path));
    if (gone || change === 'unchanged') draft?.discard();
    else if (draft) await this.#startWriting(draft);
    this.#done.push({ id: writer.id, path, change: gone ? 'unchanged' : change, format, rows: writer.rows });
  }

  /** Only an archive that was made of these logs, and of no others. */
  #removeSuperseded(id: string): void {
    const name = archiveName(id);
    const path = join(this.#settings.into, `${name}.db`);
    if (this.#settings.isDryRun || this.#sessions.has(name) || !existsSync(path)) return;
    const logs = new Set(this.#files.map((file) => file.path));
    const rows = readImported(path)?.sources ?? [];
    if (rows.length > 0 && rows.every((row) => logs.has(row.path))) removeArchive(path);
  }

  /** While the disk is busy with some, the next are read. */
  async #startWriting(draft: ArchiveDraft): Promise<void> {
    const writing = draft
      .finish()
      .catch((error: unknown) => {
        this.#failures.push(error);
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    if (this.#writing.size >= mostWriting) await Promise.race(this.#writing);
  }
}

function firstTimeIn(values: readonly unknown[]): number | undefined {
  return values
    .filter(isObject)
    .map(({ timestamp }) => timeOf(timestamp))
    .find((ms) => ms !== undefined);
}

function rowKey(id: string, path: string): string {
  return `${id}\n${path}`;
}

function tellsOf(archive: string, log: string): boolean {
  return readImported(archive)?.sources.some(({ path }) => path === log) ?? false;
}
