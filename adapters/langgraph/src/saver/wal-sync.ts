import { durableFs, fileError } from '@varve/core/internal';
import type { Database } from '@varve/migrations/internal';

/**
 * Forces commits to the disk without blocking the process, once for all that wait. The connection leaves it to this:
 * SQLite would do it within each commit, while nothing else in the process goes on.
 */
export class WalSync {
  readonly #sqlite: Database;
  readonly #path: string;
  #running: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  constructor(sqlite: Database) {
    this.#sqlite = sqlite;
    this.#path = sqlite.name;
    sqlite.pragma('synchronous = NORMAL');
  }

  /** What was committed before is on the disk when this resolves. One that is under way may have begun too early. */
  whenDurable(): Promise<void> {
    this.#waiting ??= Promise.resolve(this.#running?.catch(() => {})).then(() => {
      this.#waiting = undefined;
      this.#running = this.#sync();
      return this.#running;
    });
    return this.#waiting;
  }

  async #sync(): Promise<void> {
    try {
      await durableFs.syncAside(`${this.#path}-wal`);
    } catch (error) {
      // Closing brings all of it into the file, and forces that to the disk.
      if (this.#sqlite.open) throw fileError(error, this.#path, 'write');
    }
  }
}
