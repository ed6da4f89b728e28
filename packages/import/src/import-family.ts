import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ArchiveDraft } from '@varve/core/internal';
import { standardLineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { archiveName, readSources, removeArchive, SessionWriter, type SourceRow } from './archive/index.ts';
import {
  type Family,
  type FormatOptions,
  type LogFormat,
  type LogIdentity,
  type LogReading,
  type MapContext,
  readLog,
} from './format/index.ts';
import type { LogFile, LogSample } from './log/index.ts';

export interface FamilyFile extends LogFile {
  readonly sample: LogSample;
  readonly format: LogFormat;
  readonly identity: LogIdentity;
  /** Of what belongs to the log and lies beside it, when it was found. */
  readonly beside?: string | undefined;
}

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

export interface ReadFile extends LogReading {
  readonly path: string;
  /** The sessions that it tells of. */
  readonly sessions: readonly string[];
}

export interface FamilyResult {
  readonly sessions: readonly ImportedSession[];
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

/** Written by this release: sessions that another one imported are imported anew when their logs change. */
export const importerVersion = '1';
/** Beyond so many, files of sessions are closed until they are needed again. */
const mostOpen = 32;

const mostWriting = 8;

/** Reads the logs that may tell of the same sessions, one after the other, and makes their archives. */
export async function importFamily(
  files: readonly FamilyFile[],
  settings: ImportFamilyOptions,
): Promise<FamilyResult> {
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
  /** Archives on their way to the disk. */
  readonly #writing = new Set<Promise<void>>();

  constructor(files: readonly FamilyFile[], settings: ImportFamilyOptions) {
    this.#files = files;
    this.#settings = settings;
    const isShared = files.length > 1;
    const [owners, records] = isShared ? [new Map(), new Map()] : [];
    this.#family = new SharedFamily(owners, records);
  }

  async run(): Promise<FamilyResult> {
    const read: (LogReading & { readonly path: string })[] = [];
    try {
      for (const [at, file] of this.#files.entries()) {
        this.#family.logsToCome = this.#files.length - at - 1;
        read.push(await this.#readFile(file));
      }
      await this.#finishAll(this.#sessions.values());
      await Promise.all(this.#writing);
      for (const id of this.#superseded) this.#removeSuperseded(id);
    } finally {
      await Promise.allSettled(this.#writing);
      for (const { draft } of this.#sessions.values()) draft?.discard();
    }
    return {
      sessions: this.#done,
      files: read.map((it) => ({ ...it, sessions: [...(this.#told.get(it.path) ?? [])] })),
    };
  }

  async #readFile(file: FamilyFile): Promise<LogReading & { readonly path: string }> {
    const { options, signal } = this.#settings;
    const source = { path: file.path, mtimeMs: file.mtimeMs, sample: file.sample, options };
    const told = new Set<string>();
    this.#told.set(file.path, told);
    const closing: OpenSession[] = [];
    const context: MapContext = {
      ...source,
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
    const reading = await readLog(file.format, source, file.format.open(context), { signal, afterRecord });
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

  #open(id: string, file: FamilyFile): OpenSession {
    const name = archiveName(this.#freeId(id, file));
    const known = this.#sessions.get(name);
    if (known && !known.isClosed) {
      known.logs.add(file.path);
      known.writer.claimSource(file.path);
      return known;
    }
    const path = join(this.#settings.into, `${name}.db`);
    const draft = this.#settings.isDryRun ? undefined : new ArchiveDraft(path, standardLineage);
    const writer = new SessionWriter(name, draft);
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
    // A log that was moved still tells of the archive that has its plain name.
    if (plainPath !== path && existsSync(plainPath) && changeOf(plainPath, rows) === 'unchanged') {
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
    const change = changeOf(path, rows);
    if (change === 'unchanged') draft?.discard();
    else if (draft) await this.#startWriting(draft);
    this.#done.push({ id: writer.id, path, change, format, rows: writer.rows });
  }

  /** Only an archive that was made of these logs, and of no others. */
  #removeSuperseded(id: string): void {
    const name = archiveName(id);
    const path = join(this.#settings.into, `${name}.db`);
    if (this.#settings.isDryRun || this.#sessions.has(name) || !existsSync(path)) return;
    const logs = new Set(this.#files.map((file) => file.path));
    const rows = readSources(path) ?? [];
    if (rows.length > 0 && rows.every((row) => logs.has(row.path))) removeArchive(path);
  }

  /** While the disk is busy with some, the next are read. */
  async #startWriting(draft: ArchiveDraft): Promise<void> {
    const writing = draft.finish().finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    writing.catch(() => {});
    if (this.#writing.size >= mostWriting) await Promise.race(this.#writing);
  }
}

class SharedFamily implements Family {
  readonly starts = new Map();
  readonly owners: Family['owners'];
  readonly records: Family['records'];
  logsToCome = 0;
  #memory: unknown;

  constructor(owners: Family['owners'], records: Family['records']) {
    this.owners = owners;
    this.records = records;
  }

  recall<T>(make: () => T): T {
    this.#memory ??= make();
    return this.#memory as T;
  }
}

function rowKey(id: string, path: string): string {
  return `${id}\n${path}`;
}

function tellsOf(archive: string, log: string): boolean {
  return readSources(archive)?.some(({ path }) => path === log) ?? false;
}

/** @throws ARCHIVE_EXISTS for a file that no import has made */
function changeOf(path: string, rows: readonly SourceRow[]): ImportedSession['change'] {
  if (!existsSync(path)) return 'added';
  const before = readSources(path) ?? [];
  if (before.length === 0) throw existsError(path);
  const signature = (row: SourceRow) => `${row.format} ${row.hash} ${row.importerVersion}`;
  const same = before.map(signature).sort().join() === rows.map(signature).sort().join();
  return same ? 'unchanged' : 'changed';
}

function existsError(path: string): VarveError {
  return new VarveError('ARCHIVE_EXISTS', 'the folder holds a file of this name that was not imported', {
    path,
    hint: 'import into another folder; the file was not changed',
  });
}
