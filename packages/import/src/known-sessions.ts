import { join } from 'node:path';
import { importerVersion } from './family-file.ts';
import { stampOfArchive } from './family-state.ts';
import type { PastSessions } from './format/index.ts';
import { readState, writeState } from './state-file.ts';

interface KnownSession {
  /** Its archive's name. */
  readonly name: string;
  /** Of the archive as the import left it. */
  readonly stamp: string;
  /** The format's own. */
  readonly keep: unknown;
}

interface SavedSessions {
  readonly importerVersion: string;
  /** By the ids that the log gives them. */
  readonly sessions: ReadonlyMap<string, KnownSession>;
}

/** The sessions of one log of many, by which the next import of it knows those that it need not read. */
export class KnownSessions implements PastSessions {
  /** The archives of those that were not read, being as they were. */
  readonly left: string[] = [];
  /** Some were not wanted: another import may want them. */
  isPartial = false;
  readonly #into: string;
  readonly #log: string;
  readonly #before: ReadonlyMap<string, KnownSession>;
  readonly #left = new Map<string, KnownSession>();
  readonly #read = new Map<string, Omit<KnownSession, 'stamp'>>();

  constructor(into: string, log: string) {
    this.#into = into;
    this.#log = log;
    const saved = readState(into, log, 'sessions') as SavedSessions | undefined;
    this.#before = saved?.importerVersion === importerVersion ? saved.sessions : new Map();
  }

  get(id: string): unknown {
    const known = this.#before.get(id);
    return known && this.#stampOf(known.name) === known.stamp ? known.keep : undefined;
  }

  leave(id: string, keep: unknown): void {
    const known = this.#before.get(id);
    if (!known) return;
    this.#left.set(id, { ...known, keep });
    this.left.push(known.name);
  }

  passOver(): void {
    this.isPartial = true;
  }

  take(id: string, session: Omit<KnownSession, 'stamp'>): void {
    if (session.keep !== undefined || this.#before.has(id)) this.#read.set(id, session);
  }

  /**
   * @param written The names of archives that are as they should be by now.
   * @param isWhole False for an import that was stopped.
   */
  save(written: ReadonlySet<string>, isWhole: boolean): void {
    if (this.#read.size === 0 && this.#left.size === 0) return;
    const sessions = new Map(isWhole && !this.isPartial ? [] : this.#before);
    for (const [id, session] of this.#left) sessions.set(id, session);
    for (const [id, session] of this.#read) {
      const stamp = written.has(session.name) ? this.#stampOf(session.name) : undefined;
      if (stamp && session.keep !== undefined) sessions.set(id, { ...session, stamp });
      else sessions.delete(id);
    }
    writeState(this.#into, this.#log, 'sessions', { importerVersion, sessions } satisfies SavedSessions);
  }

  #stampOf(name: string): string | undefined {
    return stampOfArchive(join(this.#into, `${name}.db`));
  }
}
