import { openFile } from '@varve/migrations/internal';

/** Numbers of archives, however many: in a file without a name. */
export class SeenArchives implements Disposable {
  readonly #sqlite = openFile('');
  readonly #add;
  readonly #find;

  constructor() {
    this.#sqlite.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -16000');
    this.#sqlite.exec('CREATE TABLE seen (id INTEGER PRIMARY KEY); BEGIN');
    this.#add = this.#sqlite.prepare('INSERT OR IGNORE INTO seen VALUES (?)');
    this.#find = this.#sqlite.prepare('SELECT 1 FROM seen WHERE id = ?').pluck();
  }

  add(id: bigint | number): void {
    this.#add.run(id);
  }

  has(id: bigint | number): boolean {
    return this.#find.get(id) !== undefined;
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }
}
