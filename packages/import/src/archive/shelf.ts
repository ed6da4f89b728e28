import { openFile, type Statement } from '@varve/migrations/internal';

const table = `
  PRAGMA synchronous = OFF; PRAGMA cache_size = -1000;
  CREATE TABLE things (name TEXT PRIMARY KEY, thing BLOB);
  BEGIN`;

/**
 * What is needed again, but not now, and may be too much for the memory, by name. A temporary file, that is gone when it is
 * closed.
 */
export class Shelf {
  readonly #sqlite = openFile('');
  readonly #put: Statement;
  readonly #get: Statement;

  constructor() {
    this.#sqlite.exec(table);
    this.#put = this.#sqlite.prepare('INSERT OR REPLACE INTO things (name, thing) VALUES (?, ?)');
    this.#get = this.#sqlite.prepare('SELECT thing FROM things WHERE name = ?').pluck();
  }

  put(name: string, thing: Uint8Array): void {
    this.#put.run(name, thing);
  }

  /** What was put there last. */
  get(name: string): Uint8Array {
    const thing = this.#get.get(name);
    if (!(thing instanceof Uint8Array)) throw new Error(`nothing of ${name} was put on the shelf`);
    return thing;
  }

  close(): void {
    this.#sqlite.close();
  }
}
