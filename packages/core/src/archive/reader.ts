import type { TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import type { Database } from '../file/index.ts';
import { openDb } from '../orm/index.ts';
import type { ReadonlyDb } from '../row/index.ts';

export interface ReaderParts<TTables extends TableModule> {
  readonly path: string;
  readonly version: number;
  readonly tables: TTables;
  readonly sqlite: Database;
  close(): void;
}

/** A file read at head. A reader cannot write. */
export class Reader<TTables extends TableModule = TableModule> {
  readonly path: string;
  /** How many migrations the file has had. */
  readonly version: number;
  readonly #parts: ReaderParts<TTables>;
  #db: ReadonlyDb<TTables> | undefined;
  #isOpen = true;

  constructor(parts: ReaderParts<TTables>) {
    this.path = parts.path;
    this.version = parts.version;
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The connection, for SQL at head's schema. */
  get sqlite(): Database {
    this.#assertOpen();
    return this.#parts.sqlite;
  }

  /** Drizzle at head's types, relational queries included. */
  get db(): ReadonlyDb<TTables> {
    this.#assertOpen();
    this.#db ??= openDb(this.#parts.sqlite, this.#parts.tables);
    return this.#db;
  }

  /** Closing twice is nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#parts.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #assertOpen(): void {
    if (this.#isOpen) return;
    throw new VarveError('SESSION_CLOSED', 'the file was closed', {
      path: this.path,
      hint: 'open it again with openArchive, or a live session with readSession',
    });
  }
}
