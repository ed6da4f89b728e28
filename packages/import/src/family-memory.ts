import type { Continuation } from './continuation.ts';
import { type FamilyFile, importerVersion } from './family-file.ts';
import { type SavedLog, type SavedSession, writeFamilyState } from './family-state.ts';
import type { LogMapper, LogReading } from './format/index.ts';
import { KnownSessions } from './known-sessions.ts';
import { LogSnapshot } from './log-snapshot.ts';
import type { SessionArchives } from './session-archives.ts';
import type { SharedFamily } from './shared-family.ts';

interface FamilyMemoryOptions {
  readonly files: readonly FamilyFile[];
  readonly into: string;
  /** Nothing is left. */
  readonly isForgetful: boolean;
  readonly continuation: Continuation | undefined;
  readonly archives: SessionArchives;
}

/** What an import of a family leaves for the next one. */
export class FamilyMemory {
  readonly #options: FamilyMemoryOptions;
  readonly #snapshots = new Map<string, LogSnapshot>();
  readonly #known = new Map<string, KnownSessions>();

  constructor(options: FamilyMemoryOptions) {
    this.#options = options;
  }

  knownSessions({ path }: FamilyFile): KnownSessions {
    const known = this.#known.get(path) ?? new KnownSessions(this.#options.into, path);
    this.#known.set(path, known);
    return known;
  }

  /** Before a log's mapper knows that there are no more records. */
  takeSnapshot({ path }: FamilyFile, mapper: LogMapper, told: ReadonlySet<string>): void {
    const { archives, isForgetful } = this.#options;
    if (isForgetful) return;
    const sessions = () => [...told].flatMap((name) => archives.get(name) ?? []);
    this.#snapshots.set(path, new LogSnapshot(mapper, sessions));
  }

  /** What is known of single sessions, also where the import was stopped. */
  saveSessions(isWhole: boolean): void {
    if (this.#options.isForgetful) return;
    for (const known of this.#known.values()) known.save(this.#options.archives.settled, isWhole);
  }

  /** Nothing is saved where one of the logs cannot be gone on with, or two tell of one session. */
  saveState(read: readonly LogReading[], family: SharedFamily): void {
    const { files, into, isForgetful, continuation, archives } = this.#options;
    if (isForgetful || [...archives.all()].some((session) => session.logs.size > 1)) return;
    const logs = new Map<string, SavedLog>();
    const sessions = new Map<string, SavedSession>();
    for (const [at, file] of files.entries()) {
      const snapshot = this.#snapshots.get(file.path);
      const log = snapshot ? snapshot.log(file, read[at]?.place) : continuation?.logOf(file);
      if (!log) return;
      logs.set(file.path, log);
      for (const [name, session] of continuation?.sessionsOf(file) ?? []) sessions.set(name, session);
      for (const [name, session] of snapshot?.sessions(file, into) ?? []) {
        if (!session) return;
        sessions.set(name, session);
      }
    }
    writeFamilyState(into, [...logs.keys()], { importerVersion, logs, family: family.save(), sessions });
  }
}
