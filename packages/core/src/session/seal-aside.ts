import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VarveError } from '@varve/schema/errors';
import {
  type Database,
  defaultBusyTimeoutMs,
  durableFs,
  leaveWal,
  letGo,
  makeReadOnly,
  moveInto,
  nameIn,
  onFile,
} from '../file/index.ts';
import type { Newborn } from './newborn.ts';

interface SealAsideParts {
  readonly path: string;
  readonly sqlite: Database;
  readonly archiveDir: string;
  readonly newborn?: Newborn | undefined;
  /** What was committed is on the disk when it resolves. */
  readonly whenDurable: () => Promise<void>;
  readonly closeFile: () => void;
  /** Lets go of the writer lock. */
  readonly release: () => void;
}

/** How many pages the WAL holds, and how many of them the file has. */
interface Copied {
  readonly log: number;
  readonly checkpointed: number;
}

/** Where the header says whether a file is in WAL mode. Source: https://www.sqlite.org/fileformat.html, 1.3.3 */
const versionAt = 18;
const inWal = Uint8Array.of(2, 2);
const withoutWal = Uint8Array.of(1, 1);

/** A reader may hold a seal up for seconds, and an agent is not to wait for that. */
const patienceMs = 100;
/** How long until a reader is looked for again. */
const pollMs = 20;

/**
 * The seal of a session whose row says that it has ended: nothing waits for the disk on the event loop. At each moment the
 * disk has all rows, in the WAL or in the file, so a power failure leaves what `recoverSessions` finishes. `finish` does
 * what is left to do at once.
 */
export class SealAside {
  /** After a failure the session is closed and in its place, for `recoverSessions`. */
  readonly done: Promise<void>;
  readonly #named = Promise.withResolvers<void>();
  readonly #parts: SealAsideParts;
  #held: number | undefined;
  #isClosed = false;
  #isOver = false;
  #isTakenOver = false;

  constructor(parts: SealAsideParts) {
    this.#parts = parts;
    this.#held = parts.newborn?.held;
    this.done = this.#run();
  }

  /** The archive has its name, which is still to be forced to the disk; or it is not to have one soon, if at all. */
  get named(): Promise<void> {
    return this.#named.promise;
  }

  /** @throws as `Session.seal` */
  finish(): void {
    if (this.#isOver) return;
    const { path, archiveDir } = this.#parts;
    this.#isTakenOver = true;
    this.#end(() => {
      if (!this.#isClosed) this.#forceAndClose();
      moveInto(path, archiveDir, { isOldNameSlow: true });
      this.#parts.newborn?.isNamed();
    });
  }

  async #run(): Promise<void> {
    try {
      for (const step of [this.#parts.whenDurable, this.#leaveWal, this.#move]) {
        await step.call(this);
        if (this.#isOver) return;
      }
      this.#end(() => durableFs.remove(this.#parts.path));
      durableFs.syncDirAside(dirname(this.#parts.path)).catch(() => {});
    } catch (error) {
      if (this.#isTakenOver) return;
      if (this.#isOver) throw error;
      this.#end(() => {
        throw error;
      });
    } finally {
      this.#named.resolve();
      this.#letGo();
    }
  }

  /** The WAL goes when what it holds is in the file, and that on the disk. A reader keeps it. */
  async #leaveWal(): Promise<void> {
    const { path, sqlite } = this.#parts;
    const startMs = performance.now();
    const endMs = startMs + defaultBusyTimeoutMs;
    sqlite.exec('PRAGMA busy_timeout = 0; PRAGMA synchronous = OFF');
    this.#held ??= durableFs.hold(path);
    while (!this.#isOver) {
      const [copied] = sqlite.pragma('wal_checkpoint(PASSIVE)') as Copied[];
      if (copied && copied.log === copied.checkpointed) this.#mark(withoutWal);
      await durableFs.syncHeldAside(this.#held);
      if (this.#isOver || this.#tryClose(copied, performance.now() >= endMs)) return;
      if (performance.now() >= startMs + patienceMs) this.#named.resolve();
      await sleep(pollMs);
    }
  }

  #tryClose(copied: Copied | undefined, isLast: boolean): boolean {
    if (isLast) this.#forceAndClose();
    else if (!copied || copied.log !== copied.checkpointed) return false;
    else {
      try {
        this.#close({ isCopied: true });
      } catch (error) {
        if (error instanceof VarveError && error.code === 'FILE_BUSY') return false;
        throw error;
      }
    }
    return true;
  }

  #close(options: { readonly isCopied: boolean }): void {
    try {
      leaveWal(this.#parts.sqlite, this.#parts.path, options);
    } catch (error) {
      this.#mark(inWal);
      throw error;
    }
    this.#parts.closeFile();
    this.#isClosed = true;
  }

  /** What leaving WAL mode would write, so that it is forced to the disk with all the rest, and not once more. */
  #mark(version: Uint8Array): void {
    if (this.#held !== undefined) durableFs.overwriteHeld(this.#held, version, versionAt);
  }

  #forceAndClose(): void {
    if (this.#held !== undefined) durableFs.syncHeld(this.#held);
    this.#parts.sqlite.pragma('synchronous = FULL');
    this.#close({ isCopied: false });
  }

  /** It keeps its old name until the disk has the new one, and that it is read-only. */
  async #move(): Promise<void> {
    const { path, archiveDir } = this.#parts;
    makeReadOnly(path);
    nameIn(archiveDir, path);
    this.#named.resolve();
    const syncs = [durableFs.syncDirAside(archiveDir)];
    if (this.#held !== undefined) syncs.push(durableFs.syncHeldAside(this.#held));
    await Promise.all(syncs);
  }

  /** Whatever comes of it, the file is closed then and its lock let go of. */
  #end(work: () => void): void {
    const { path, sqlite, closeFile, release } = this.#parts;
    this.#isOver = true;
    try {
      onFile(path, work, 'write');
    } catch (error) {
      throw asLeft(error);
    } finally {
      try {
        if (!this.#isClosed) sqlite.pragma('synchronous = FULL');
        if (!this.#isClosed) closeFile();
      } finally {
        release();
      }
    }
  }

  #letGo(): void {
    if (this.#held !== undefined) letGo(this.#held, this.#parts.path);
    this.#held = undefined;
  }
}

function asLeft(cause: unknown): unknown {
  if (!(cause instanceof VarveError)) return cause;
  const { code, message, path, details } = cause;
  const hint = 'recoverSessions seals it when that is mended: it is closed, with all its rows';
  return new VarveError(code, message, { ...(path !== undefined && { path }), details, hint, cause });
}
