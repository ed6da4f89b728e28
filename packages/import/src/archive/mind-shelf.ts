import { openFile, type Statement } from '@varve/migrations/internal';

const table = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000;
  CREATE TABLE minds (name TEXT PRIMARY KEY, mind BLOB);
  BEGIN`;

/**
 * Where the minds of sessions lie that nobody speaks of for the moment: a log may tell of any number of sessions, and of each
 * of them again at its end. A temporary file, that is gone when it is closed.
 */
export class MindShelf {
  readonly #sqlite = openFile('');
  readonly #put: Statement;
  readonly #get: Statement;

  constructor() {
    this.#sqlite.exec(table);
    this.#put = this.#sqlite.prepare('INSERT OR REPLACE INTO minds (name, mind) VALUES (?, ?)');
    this.#get = this.#sqlite.prepare('SELECT mind FROM minds WHERE name = ?').pluck();
  }

  put(name: string, mind: Uint8Array): void {
    this.#put.run(name, mind);
  }

  /** What was put there last. */
  get(name: string): Uint8Array {
    const mind = this.#get.get(name);
    if (!(mind instanceof Uint8Array)) throw new Error(`nothing of ${name} was put on the shelf`);
    return mind;
  }

  close(): void {
    this.#sqlite.close();
  }
}
