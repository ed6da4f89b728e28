import { opendirSync } from 'node:fs';
import { openFile } from '@varve/migrations/internal';
import { isSidecarName } from './sidecar-names.ts';

/** Beyond it the names of one folder are sorted outside of memory. */
const mostInMemory = 200_000;

/** The names of one folder in order, those of folders with a `/` at the end; of a crowded one on the disk. */
export class FolderNames implements Disposable {
  /** Those that may lie beside another file. */
  readonly sidecars: string[] = [];
  readonly #most: number;
  #names: string[] = [];
  #known: Set<string> | undefined;
  #spilled: SpilledNames | undefined;

  private constructor(most: number) {
    this.#most = most;
  }

  /** Links, and what is neither file nor folder, are left out. */
  static read(folder: string, most = mostInMemory): FolderNames {
    const names = new FolderNames(most);
    const entries = opendirSync(folder, { bufferSize: 1024 });
    try {
      for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
        if (entry.isDirectory()) names.#add(`${entry.name}/`);
        else if (entry.isFile()) names.#add(entry.name);
      }
    } finally {
      entries.closeSync();
    }
    names.#names.sort();
    return names;
  }

  has(name: string): boolean {
    if (this.#spilled) return this.#spilled.has(name);
    this.#known ??= new Set(this.#names);
    return this.#known.has(name);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#spilled ? this.#spilled[Symbol.iterator]() : this.#names.values();
  }

  [Symbol.dispose](): void {
    this.#spilled?.close();
  }

  #add(name: string): void {
    if (isSidecarName(name)) this.sidecars.push(name);
    if (this.#spilled) this.#spilled.add(name);
    else if (this.#names.push(name) > this.#most) this.#spill();
  }

  #spill(): void {
    this.#spilled = new SpilledNames(this.#names);
    this.#names = [];
  }
}

/** SQLite keeps a database without a name in a temporary file. */
class SpilledNames {
  readonly #sqlite = openFile('');
  readonly #insert;
  readonly #find;

  constructor(names: readonly string[]) {
    this.#sqlite.exec(
      'PRAGMA cache_size = -16000; CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN',
    );
    this.#insert = this.#sqlite.prepare('INSERT OR IGNORE INTO names VALUES (?)');
    this.#find = this.#sqlite.prepare('SELECT 1 FROM names WHERE name = ?').pluck();
    for (const name of names) this.add(name);
  }

  add(name: string): void {
    this.#insert.run(name);
  }

  has(name: string): boolean {
    return this.#find.get(name) !== undefined;
  }

  /** Page by page, so that others may be looked up in between. */
  *[Symbol.iterator](): Generator<string> {
    const page = this.#sqlite
      .prepare<[string], string>('SELECT name FROM names WHERE name > ? ORDER BY name LIMIT 1000')
      .pluck();
    for (let after = ''; ; ) {
      const names = page.all(after);
      yield* names;
      const last = names.at(-1);
      if (last === undefined) return;
      after = last;
    }
  }

  close(): void {
    this.#sqlite.close();
  }
}
