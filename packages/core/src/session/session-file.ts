import type { Lineage, TableModule } from '@varve/migrations';
import { isSqliteError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { type Database, fileError } from '../file/index.ts';
import type { WriterLock } from '../lock/index.ts';
import { type Db, openDb } from '../orm/index.ts';
import { errorReporter, type RecordOptions } from './record-options.ts';
import { type SealOptions, sealFile } from './seal.ts';
import { sessionIdReader } from './timeline.ts';
import { WalSync } from './wal-sync.ts';

export interface SessionParts<TTables extends TableModule> {
  readonly path: string;
  readonly lineage: Lineage<TTables>;
  readonly sqlite: Database;
  readonly lock: WriterLock;
  readonly options: RecordOptions;
}

/** The open file of a session, from its opening until it is closed or sealed: the connection, the lock, what is to sync. */
export class SessionFile<TTables extends TableModule> {
  readonly path: string;
  readonly report: (error: unknown) => void;
  readonly #parts: SessionParts<TTables>;
  /** Where commits are forced to the disk aside. */
  readonly #walSync: WalSync | undefined;
  #db: Db<TTables> | undefined;
  #readId: (() => string | undefined) | undefined;
  #isOpen = true;

  constructor(parts: SessionParts<TTables>) {
    this.path = parts.path;
    this.#parts = parts;
    const { onRecordError, durability } = parts.options;
    this.report = errorReporter(parts.path, onRecordError);
    if (durability === 'process') this.#walSync = new WalSync(parts.sqlite, this.report);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get id(): string | undefined {
    this.assertOpen();
    this.#readId ??= sessionIdReader(this.#parts.sqlite, this.#parts.lineage.tables);
    return this.#readId();
  }

  get sqlite(): Database {
    this.assertOpen();
    this.syncSoon();
    return this.#parts.sqlite;
  }

  get db(): Db<TTables> {
    this.assertOpen();
    this.syncSoon();
    this.#db ??= openDb(this.#parts.sqlite, this.#parts.lineage.tables);
    return this.#db;
  }

  /** Something was written, or may be. */
  syncSoon(): void {
    this.#walSync?.soon();
  }

  async flush(): Promise<void> {
    this.assertOpen();
    await this.#walSync?.whenDurable();
  }

  /** All that `work` writes in one commit, or nothing when it throws. */
  transaction<T>(work: () => T): T {
    this.assertOpen();
    try {
      const result = this.#parts.sqlite.transaction(work)();
      // Rows may have told of it before it was committed.
      this.syncSoon();
      return result;
    } catch (error) {
      throw isSqliteError(error) ? fileError(error, this.path, 'write') : error;
    }
  }

  seal(archiveDir: string, options: SealOptions): string {
    const closeFile = () => {
      this.#isOpen = false;
      this.#parts.sqlite.close();
      this.#walSync?.forget();
    };
    try {
      return sealFile({ ...this.#parts, closeFile }, archiveDir, options);
    } finally {
      if (!this.#isOpen) this.#parts.lock.release();
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#parts.sqlite.close();
      this.#walSync?.afterClose();
    } finally {
      this.#parts.lock.release();
    }
  }

  assertOpen(): void {
    if (this.#isOpen) return;
    throw new VarveError('SESSION_CLOSED', 'the session was closed', {
      path: this.path,
      hint: 'open it again with openSession, or read its archive with openArchive',
    });
  }
}
