import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ArchiveDraft } from '@varve/core/internal';
import { standardLineage } from '@varve/migrations';
import { archiveName, readImported, SessionWriter } from './archive/index.ts';
import { changeOf, goneLog } from './archive-change.ts';
import type { Continuation } from './continuation.ts';
import type { FamilyFile } from './family-file.ts';
import { type ImportProblem, problemOf } from './import-problem.ts';
import type { SourceRows } from './source-rows.ts';

export interface ImportedSession {
  readonly id: string;
  /** Of its archive. */
  readonly path: string;
  /** What happened, or in a dry run would happen, to the archive. */
  readonly change: 'added' | 'changed' | 'unchanged';
  readonly format: string;
  readonly rows: number;
}

export interface OpenSession {
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

/** Has no divisor in common with `mostOpen`. */
const parkStride = 37;

/** Beyond so many, files of sessions are closed until they are needed again. */
const mostOpen = 64;

const mostWriting = 8;

interface SessionArchivesOptions {
  /** Their folder. */
  readonly into: string;
  readonly isDryRun: boolean;
  readonly sources: SourceRows;
  readonly continuation: Continuation | undefined;
}

/** The archives that are made of a family's logs, from the first record of each to its place on the disk. */
export class SessionArchives {
  /** Those that are finished. */
  readonly done: ImportedSession[] = [];
  readonly problems: ImportProblem[] = [];
  /** The names of those that are on the disk as they should be. */
  readonly settled = new Set<string>();
  readonly #into: string;
  readonly #isDryRun: boolean;
  readonly #sources: SourceRows;
  readonly #continuation: Continuation | undefined;
  readonly #sessions = new Map<string, OpenSession>();
  #turn = 0;
  /** Those whose file may be open. */
  readonly #mayBeOpen = new Set<OpenSession>();
  /** On their way to the disk. */
  readonly #writing = new Set<Promise<void>>();
  /** Of those that could not be written. */
  readonly #failures: unknown[] = [];

  constructor({ into, isDryRun, sources, continuation }: SessionArchivesOptions) {
    this.#into = into;
    this.#isDryRun = isDryRun;
    this.#sources = sources;
    this.#continuation = continuation;
  }

  get(name: string): OpenSession | undefined {
    return this.#sessions.get(name);
  }

  all(): Iterable<OpenSession> {
    return this.#sessions.values();
  }

  /** Which other log, that is still there, the archive of a session was made of. */
  toldElsewhere(id: string, { path }: FamilyFile): { path: string; endedAtMs: number } | undefined {
    const archive = join(this.#into, `${archiveName(id)}.db`);
    const told = existsSync(archive) ? readImported(archive) : undefined;
    const other = told?.sources.find((it) => it.path !== path && existsSync(it.path));
    return other && { path: other.path, endedAtMs: told?.endedAtMs ?? 0 };
  }

  /** One of which there is nothing new. */
  leave(name: string, { format }: FamilyFile): void {
    const path = join(this.#into, `${name}.db`);
    this.done.push({ id: name, path, change: 'unchanged', format: format.name, rows: 0 });
  }

  /** Finishes all, and waits for the disk. */
  async finishAll(): Promise<void> {
    await this.finish(this.#sessions.values());
    await Promise.all(this.#writing);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Throws away what is not on its way to the disk. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#writing);
    for (const { draft } of this.#sessions.values()) draft?.discard();
  }

  /** The session with this id, as one of a log's. */
  open(id: string, file: FamilyFile): OpenSession {
    const name = archiveName(this.#freeId(id, file));
    const known = this.#sessions.get(name);
    if (known && !known.isClosed) {
      known.logs.add(file.path);
      known.writer.claimSource(file.path);
      this.#parkOthers(known);
      return known;
    }
    const path = join(this.#into, `${name}.db`);
    const saved = this.#continuation?.writerOf(name, file);
    const isCopy = saved !== undefined;
    const isBeside = this.#mayBeOpen.size > 0;
    const draft = this.#isDryRun ? undefined : new ArchiveDraft(path, standardLineage, { isCopy, isBeside });
    const writer = new SessionWriter(name, draft, saved);
    if (name !== id) writer.describe({ metadata: { sourceId: id } });
    writer.claimSource(file.path);
    const plainPath = join(this.#into, `${archiveName(id)}.db`);
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
    const path = join(this.#into, `${name}.db`);
    const isClosed = known?.isClosed ?? this.#continuation?.isClosed(name) ?? false;
    const isOurs = known ? known.logs.has(file.path) : !existsSync(path) || isMadeOf(path, file);
    return isOurs && !isClosed
      ? id
      : `${id}.${createHash('sha256').update(file.path).digest('hex').slice(0, 8)}`;
  }

  /**
   * Any other has to go, not the one that was opened first: where more of them than may be open take turns, that one would
   * always be the next.
   */
  #parkOthers(current: OpenSession): void {
    if (!current.draft || this.#mayBeOpen.has(current)) return;
    this.#mayBeOpen.add(current);
    if (this.#mayBeOpen.size <= mostOpen) return;
    this.#turn = (this.#turn + parkStride) % mostOpen;
    const other = [...this.#mayBeOpen][this.#turn];
    if (!other) return;
    other.writer.park();
    this.#mayBeOpen.delete(other);
  }

  /** No log tells more of them. */
  async finish(sessions: Iterable<OpenSession>): Promise<void> {
    for (const session of sessions) await this.#finish(session);
  }

  async #finish(session: OpenSession): Promise<void> {
    if (session.isClosed) return;
    session.isClosed = true;
    this.#mayBeOpen.delete(session);
    const { writer, draft, path, plainPath, format, logs } = session;
    const rows = [...logs].flatMap((log) => this.#sources.of(writer.id, log) ?? []);
    writer.finish(rows);
    const read = { sources: rows, parents: writer.parents(), rows: writer.rows };
    // A log that was moved still tells of the archive that has its plain name.
    if (plainPath !== path && existsSync(plainPath) && changeOf(plainPath, read) === 'unchanged') {
      draft?.discard();
      this.done.push({
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
    if (gone) this.problems.push(problemOf(gone, gone.path ?? path));
    if (gone || change === 'unchanged') draft?.discard();
    if (change === 'unchanged') this.settled.add(writer.id);
    else if (draft && !gone) await this.#startWriting(draft, writer.id);
    this.done.push({ id: writer.id, path, change: gone ? 'unchanged' : change, format, rows: writer.rows });
  }

  /** While the disk is busy with some, the next are read. */
  async #startWriting(draft: ArchiveDraft, name: string): Promise<void> {
    const writing = draft
      .finish()
      .then(() => {
        this.settled.add(name);
      })
      .catch((error: unknown) => {
        this.#failures.push(error);
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    if (this.#writing.size >= mostWriting) await Promise.race(this.#writing);
  }
}

/** Whether an archive was made of the log, or of another that tells of the same session. */
function isMadeOf(archive: string, { path, format }: FamilyFile): boolean {
  const sources = readImported(archive)?.sources ?? [];
  return sources.some((it) => it.path === path || (format.isUnique === true && it.format === format.name));
}
