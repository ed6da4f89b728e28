import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type Database, durableFs, fileError, statOf } from '../file/index.ts';
import type { Newborn } from './newborn.ts';
import type { ReportError } from './record-options.ts';

/** How long commits are collected, before one sync takes them all. */
const delayMs = 10;

/**
 * Forces commits to the disk without blocking the process, once for all that wait. The connection leaves it to this:
 * SQLite would do it within each commit, while nothing else in the process goes on.
 */
export class WalSync {
  readonly #sqlite: Database;
  readonly #path: string;
  readonly #report: ReportError;
  readonly #newborn: Newborn | undefined;
  /** Whether the name of the file is on the disk for certain: it may have been made just now. */
  #isNamed = false;
  #isStarting = true;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  constructor(sqlite: Database, report: ReportError, newborn?: Newborn) {
    this.#sqlite = sqlite;
    this.#path = sqlite.name;
    this.#report = report;
    this.#newborn = newborn;
  }

  /** Something was committed: it will be on the disk soon. */
  soon(): void {
    this.#outgrowStart();
    this.#timer ??= setTimeout(() => this.whenDurable().catch(this.#report), delayMs);
  }

  /** The first commit, which begins the WAL, need not wait: nothing but this session's begin could be lost with it. */
  #outgrowStart(): void {
    if (!this.#isStarting || this.#sqlite.inTransaction) return;
    this.#isStarting = false;
    this.#sqlite.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000');
  }

  /**
   * What was committed before is on the disk when this resolves. One that is under way may have begun too early; the next
   * begins when the event loop has turned, with all that is committed until then: a write would wait for one under way.
   */
  whenDurable(): Promise<void> {
    this.#waiting ??= this.#next();
    return this.#waiting;
  }

  /** As `whenDurable`, where nothing more will be written: one that is under way is not waited for. */
  async lastDurable(): Promise<void> {
    await this.#sync();
  }

  async #next(): Promise<void> {
    await this.#running?.catch(() => {});
    await turn();
    this.#waiting = undefined;
    this.#running = this.#sync();
    await this.#running;
  }

  /** Closing the last connection brings all of it into the file, forced to the disk: but a reader may have it open. */
  afterClose(): void {
    this.forget();
    const wal = `${this.#path}-wal`;
    if (statOf(wal)) durableFs.sync(wal);
  }

  /** Nothing is left to force. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #sync(): Promise<void> {
    this.forget();
    try {
      const name = this.#isNamed
        ? []
        : [durableFs.syncDirAside(dirname(this.#path)), this.#newborn?.syncAside()];
      await Promise.all([durableFs.syncAside(`${this.#path}-wal`), ...name]);
      if (this.#isNamed) return;
      this.#isNamed = true;
      this.#newborn?.isNamed();
    } catch (error) {
      // Closing brings all of it into the file, and forces that to the disk.
      if (this.#sqlite.open) throw fileError(error, this.#path, 'write');
    }
  }
}
