import { join } from 'node:path';
import type { Lineage, TableModule } from '@varve/migrations';
import type { SessionStatus } from '@varve/schema';
import { type CreatedSession, createSession, type SessionValues } from './create-session.ts';
import { errorReporter, type RecordOptions, type ReportError } from './record-options.ts';
import type { SealAside } from './seal-aside.ts';
import { linksOf } from './session-links.ts';

export interface LiveSessionsOptions<TTables extends TableModule> extends RecordOptions {
  /** The folder of live sessions, where `recoverSessions` finds what a crash left. */
  readonly dir: string;
  /** Where a session is sealed when it ends; unless given, `archives` in the folder of live sessions. */
  readonly archiveDir?: string;
  readonly lineage: Lineage<TTables>;
}

type Ending = Exclude<SessionStatus, 'running'>;

const nothing = Promise.resolve();
/** Where the disk is slower than the agent is, one that ends waits for it: each that is being sealed takes file descriptors. */
const mostSeals = 100;
const atExit = new Set<LiveSessions<TableModule>>();
const beingSealed = new Map<SealAside, ReportError>();

/**
 * The sessions that a framework's events belong to, each by a key of the framework's own. What is told of in one turn of
 * the event loop is one commit, and a call is on record before it runs. What is still open when the process exits is
 * sealed then. None of its methods throws: a failure is for `onRecordError`.
 */
export class LiveSessions<TTables extends TableModule> {
  readonly report: ReportError;
  readonly #options: LiveSessionsOptions<TTables>;
  readonly #sessions = new Map<string, CreatedSession<TTables>>();
  readonly #endings = new Map<string, Ending>();
  readonly #seals = new Set<Promise<void>>();

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
    return this.attempt(() => {
      const session = createSession(this.#options.dir, {
        ...this.#options,
        durability: this.#durability,
        session: values(),
      });
      if (this.#durability === 'process') linksOf(session).file.commits.byTurn();
      this.#sessions.set(key, session);
      return session;
    });
  }

  /** A framework's events come on the event loop of the agent: nothing there waits for a disk. */
  get #durability(): 'power' | 'process' {
    return this.#options.durability ?? 'process';
  }

  /** Commits what was recorded in this turn so far. */
  commit(key: string): void {
    const session = this.#sessions.get(key);
    if (session) linksOf(session).file.commits.settle();
  }

  /** What was recorded is on the disk when this resolves, and sessions that have ended are sealed. */
  async flush(): Promise<void> {
    const flushes = [...this.#sessions.values()].map((session) => session.flush().catch(this.report));
    await Promise.all([...flushes, ...this.#seals]);
  }

  /** How the session of this key ends should the process exit now; until told, it is interrupted. */
  wouldEnd(key: string, status: Ending): void {
    this.#endings.set(key, status);
  }

  /**
   * Ends the session of this key: calls that are under way are interrupted. What it returns resolves when the archive is
   * there, or is not to be soon: while somebody reads the session, and where it cannot be sealed.
   */
  end(key: string, status: Ending): Promise<void> {
    const session = this.#sessions.get(key);
    if (!session) return nothing;
    this.#sessions.delete(key);
    this.#endings.delete(key);
    const done = this.attempt(() => {
      const isAside = this.#durability === 'process' && beingSealed.size < mostSeals;
      if (isAside) return this.#sealAside(session, status);
      session.seal(this.#archiveDir, { status, underWay: 'interrupt' });
      return nothing;
    });
    if (!done) this.attempt(() => session.close());
    return done ?? nothing;
  }

  get #archiveDir(): string {
    return this.#options.archiveDir ?? join(this.#options.dir, 'archives');
  }

  #sealAside(session: CreatedSession<TTables>, status: Ending): Promise<void> {
    const { file, calls } = linksOf(session);
    calls.interrupt();
    const seal = file.sealAside(this.#archiveDir, { status });
    beingSealed.set(seal, this.report);
    const done = seal.done.catch(this.report).finally(() => {
      beingSealed.delete(seal);
      this.#seals.delete(done);
    });
    this.#seals.add(done);
    return within(seal.named, patienceMs);
  }

  /** Ends what is open: as told by `wouldEnd`, else as interrupted. */
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
  finishSeals();
}

/** What is being sealed aside is sealed when this returns. */
export function finishSeals(): void {
  for (const [seal, report] of beingSealed) {
    beingSealed.delete(seal);
    try {
      seal.finish();
    } catch (error) {
      report(error);
    }
  }
}

/** A disk may be as good as gone, and an agent is not to wait for that. */
const patienceMs = 2000;

function within(done: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  done.finally(() => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}
