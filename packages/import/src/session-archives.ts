import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Redact } from '@varve/core';
import { ArchiveDraft } from '@varve/core/internal';
import { standardLineage } from '@varve/migrations';
import { archiveName, readImported, SessionWriter, Shelf, type SourceRow } from './archive/index.ts';
import { ArchiveFinisher, type ImportedSession } from './archive-finisher.ts';
import type { Continuation } from './continuation.ts';
import type { FamilyFile } from './family-file.ts';
import type { ImportProblem } from './import-problem.ts';
import { beginsWith, beginsWithText } from './log/index.ts';
import type { FinishedSession, OpenSession } from './open-session.ts';
import type { SourceRows } from './source-rows.ts';
import { Turns } from './turns.ts';

/** Beyond so many, files of sessions are closed until they are needed again. */
const mostOpen = 64;

/** Beyond so many, what is to be remembered of sessions is shelved until they are spoken of again. */
const mostAwake = 256;

/** Of records whose keys are in mind when a log is begun. */
const mostKeys = 1 << 17;

interface SessionArchivesOptions {
  /** Their folder. */
  readonly into: string;
  readonly isDryRun: boolean;
  readonly sources: SourceRows;
  readonly continuation: Continuation | undefined;
  readonly redact?: Redact | undefined;
}

/** The archives that are made of a family's logs, from the first record of each to its place on the disk. */
export class SessionArchives {
  readonly #into: string;
  readonly #isDryRun: boolean;
  readonly #finisher: ArchiveFinisher;
  readonly #continuation: Continuation | undefined;
  readonly #redact: Redact | undefined;
  readonly #sessions = new Map<string, OpenSession | FinishedSession>();
  /** Those that are made of a log alone share their set of logs. */
  readonly #alone = new Map<string, ReadonlySet<string>>();
  /** Those whose file may be open. */
  readonly #open = new Turns<OpenSession>(mostOpen);
  readonly #awake = new Turns<OpenSession>(mostAwake);
  #shelf: Shelf | undefined;

  constructor({ into, isDryRun, sources, continuation, redact }: SessionArchivesOptions) {
    this.#into = into;
    this.#isDryRun = isDryRun;
    this.#finisher = new ArchiveFinisher(sources);
    this.#continuation = continuation;
    this.#redact = redact;
  }

  get done(): readonly ImportedSession[] {
    return this.#finisher.done;
  }

  get problems(): readonly ImportProblem[] {
    return this.#finisher.problems;
  }

  /** The names of those that are on the disk as they should be. */
  get settled(): ReadonlySet<string> {
    return this.#finisher.settled;
  }

  get(name: string): OpenSession | FinishedSession | undefined {
    return this.#sessions.get(name);
  }

  all(): Iterable<OpenSession | FinishedSession> {
    return this.#sessions.values();
  }

  /** One that is not finished. */
  unfinished(name: string): OpenSession | undefined {
    const session = this.#sessions.get(name);
    return session && 'writer' in session ? session : undefined;
  }

  /** The next log is begun: no format has anything of a session in hand. */
  beginLog(): void {
    const awake = this.#awake.all();
    if (awake.reduce((sum, { writer }) => sum + writer.keyCount, 0) > mostKeys)
      for (const session of awake) this.#shelve(session);
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
    this.#finisher.leave({ id: name, path, change: 'unchanged', format: format.name, rows: 0 });
  }

  /** Finishes all, and waits for the disk. */
  async finishAll(): Promise<void> {
    for (const name of this.#sessions.keys()) await this.finish(name);
    await this.#finisher.waitForDisk();
  }

  /** Throws away what is not on its way to the disk. */
  async discard(): Promise<void> {
    this.#shelf?.close();
    this.#shelf = undefined;
    await this.#finisher.discardFailed();
    for (const name of this.#sessions.keys()) this.unfinished(name)?.draft?.discard();
  }

  /** The session with this id, as one of a log's. */
  open(id: string, file: FamilyFile): OpenSession {
    const name = archiveName(this.#freeId(id, file));
    const known = this.unfinished(name);
    if (known) {
      this.#claim(known, file);
      return known;
    }
    const path = join(this.#into, `${name}.db`);
    const saved = this.#continuation?.writerOf(name, file);
    const isCopy = saved !== undefined;
    const isBeside = this.#open.size > 0;
    const draft = this.#isDryRun ? undefined : new ArchiveDraft(path, standardLineage, { isCopy, isBeside });
    const writer = new SessionWriter(name, draft, saved, this.#redact);
    if (name !== id) writer.describe({ metadata: { sourceId: id } });
    const plainPath = join(this.#into, `${archiveName(id)}.db`);
    const { format } = file;
    const session = { name, writer, draft, path, plainPath, format, logs: this.#only(file.path) };
    this.#sessions.set(name, session);
    this.#claim(session, file);
    return session;
  }

  #only(path: string): ReadonlySet<string> {
    const logs = this.#alone.get(path) ?? new Set([path]);
    this.#alone.set(path, logs);
    return logs;
  }

  /** The log tells of the session, and others may have to go for it. */
  #claim(session: OpenSession, { path }: FamilyFile): void {
    if (!session.logs.has(path)) session.logs = new Set([...session.logs, path]);
    session.writer.claimSource(path);
    this.#open.come(session)?.writer.park();
    const other = this.#awake.come(session);
    // A mapper may have in hand what a log that is about one session told.
    if (other && (other.format.isManifold || !other.logs.has(path))) this.#shelve(other);
  }

  #shelve(session: OpenSession): void {
    this.#shelf ??= new Shelf();
    session.writer.shelve(this.#shelf);
    this.#open.leave(session);
    this.#awake.leave(session);
  }

  /** Where another log has taken the id and their records cannot be told apart, the path makes the difference. */
  #freeId(id: string, file: FamilyFile): string {
    if (file.format.isKeyed) return id;
    const name = archiveName(id);
    const known = this.#sessions.get(name);
    const path = join(this.#into, `${name}.db`);
    const isClosed = known ? !('writer' in known) : (this.#continuation?.isClosed(name) ?? false);
    const isOurs = known ? known.logs.has(file.path) : !existsSync(path) || isMadeOf(path, file);
    return isOurs && !isClosed
      ? id
      : `${id}.${createHash('sha256').update(file.path).digest('hex').slice(0, 8)}`;
  }

  /** No log tells more of it. */
  async finish(name: string): Promise<void> {
    const session = this.unfinished(name);
    if (!session) return;
    this.#open.leave(session);
    this.#awake.leave(session);
    await this.#finisher.finish(session);
    this.#sessions.set(name, { name, rows: session.writer.rows, logs: session.logs });
  }
}

/** Whether an archive was made of the log, of what it was once, or of another that tells of the same session. */
function isMadeOf(archive: string, file: FamilyFile): boolean {
  const { path, format } = file;
  const sources = readImported(archive)?.sources ?? [];
  const isOf = (it: SourceRow) => it.path === path || (format.isUnique === true && it.format === format.name);
  const [only, ...others] = sources;
  return sources.some(isOf) || (only !== undefined && others.length === 0 && continues(file, only));
}

/** Whether a log is another one that was moved and may have grown, or a longer copy beside which that one is not read. */
function continues({ path, format, identity, sizeBytes }: FamilyFile, source: SourceRow): boolean {
  const isAlone = identity.kin.length > 0 || !existsSync(source.path);
  if (source.format !== format.name || !isAlone) return false;
  return (
    (source.sizeBytes <= sizeBytes && beginsWith(path, source)) ||
    (existsSync(source.path) && beginsWithText(path, source.path))
  );
}
