import { join } from 'node:path';
import type { Lineage, TableModule } from '@varve/migrations';
import type { SessionStatus } from '@varve/schema';
import { type CreatedSession, createSession, type SessionValues } from './create-session.ts';
import { errorReporter, type RecordOptions, type ReportError } from './record-options.ts';

export interface LiveSessionsOptions<TTables extends TableModule> extends RecordOptions {
  /** The folder of live sessions, where `recoverSessions` finds what a crash left. */
  readonly dir: string;
  /** Where a session is sealed when it ends; unless given, `archives` in the folder of live sessions. */
  readonly archiveDir?: string;
  readonly lineage: Lineage<TTables>;
}

type Ending = Exclude<SessionStatus, 'running'>;

const atExit = new Set<LiveSessions<TableModule>>();

/**
 * The sessions that a framework's events belong to, each by a key of the framework's own. What is still open when the
 * process exits is sealed then. None of its methods throws: a failure is for `onRecordError`.
 */
export class LiveSessions<TTables extends TableModule> {
  readonly report: ReportError;
  readonly #options: LiveSessionsOptions<TTables>;
  readonly #sessions = new Map<string, CreatedSession<TTables>>();
  readonly #endings = new Map<string, Ending>();

  constructor(options: LiveSessionsOptions<TTables>) {
    this.#options = options;
    this.report = errorReporter(options.dir, options.onRecordError);
    if (atExit.size === 0) process.once('exit', endAll);
    atExit.add(this as unknown as LiveSessions<TableModule>);
  }

  get(key: string): CreatedSession<TTables> | undefined {
    return this.#sessions.get(key);
  }

  /** The session of this key, made where there is none; undefined when it cannot be made. */
  open(key: string, values: () => SessionValues<TTables>): CreatedSession<TTables> | undefined {
    const open = this.#sessions.get(key);
    if (open) return open;
    // A framework's events come on the event loop of the agent: nothing there waits for a disk.
    const durability = 'process';
    return this.attempt(() => {
      const session = createSession(this.#options.dir, { durability, ...this.#options, session: values() });
      this.#sessions.set(key, session);
      return session;
    });
  }

  /** What was recorded is on the disk when this resolves. */
  async flush(): Promise<void> {
    const flushes = [...this.#sessions.values()].map((session) => session.flush().catch(this.report));
    await Promise.all(flushes);
  }

  /** How the session of this key ends should the process exit now; until told, it is interrupted. */
  wouldEnd(key: string, status: Ending): void {
    this.#endings.set(key, status);
  }

  /** Seals the session of this key: calls that are under way are interrupted. The path of its archive. */
  end(key: string, status: Ending): string | undefined {
    const session = this.#sessions.get(key);
    if (!session) return undefined;
    this.#sessions.delete(key);
    this.#endings.delete(key);
    const { archiveDir, dir } = this.#options;
    const path = this.attempt(() =>
      session.seal(archiveDir ?? join(dir, 'archives'), { status, underWay: 'interrupt' }),
    );
    if (path === undefined) this.attempt(() => session.close());
    return path;
  }

  /** Seals what is open: as told by `wouldEnd`, else as interrupted. */
  endAll(): void {
    for (const key of [...this.#sessions.keys()]) this.end(key, this.#endings.get(key) ?? 'interrupted');
  }

  /** What work returns; undefined, and reported, when it throws. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }
}

function endAll(): void {
  for (const sessions of atExit) sessions.endAll();
}
