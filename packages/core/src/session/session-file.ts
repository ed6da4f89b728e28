import type { Lineage, TableModule } from '@varve/migrations';
import { isSqliteError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { type Database, fileError, onFile } from '../file/index.ts';
import type { WriterLock } from '../lock/index.ts';
import { type Db, openDb } from '../orm/index.ts';
import { Commits } from './commits.ts';
import type { Newborn } from './newborn.ts';
import { errorReporter, type RecordOptions } from './record-options.ts';
import { markSealed, type SealOptions, sealFile } from './seal.ts';
import { SealAside } from './seal-aside.ts';
import { sessionIdReader } from './timeline.ts';
import { WalSync } from './wal-sync.ts';

export interface SessionParts<TTables extends TableModule> {
  readonly path: string;
  readonly lineage: Lineage<TTables>;
  readonly sqlite: Database;
  readonly lock: WriterLock;
  readonly options: RecordOptions;
  /** Where the file was made just now, and is not on the disk for certain. */
  readonly newborn?: Newborn | undefined;
}

/** The open file of a session, from its opening until it is closed or sealed: the connection, the lock, what is to sync. */
export class SessionFile<TTables extends TableModule> {
  readonly path: string;
  readonly report: (error: unknown) => void;
  readonly commits: Commits;
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
    if (durability === 'process') this.#walSync = new WalSync(parts.sqlite, this.report, parts.newborn);
    this.commits = new Commits(parts.sqlite, {
      onCommit: () => this.#walSync?.soon(),
      onLoss: (error) => {
        this.onLoss();
        this.report(error);
      },
    });
  }

  /** Told when rows that were written are not in the file. */
  onLoss = (): void => {};

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get id(): string | undefined {
    this.assertOpen();
    this.#readId ??= sessionIdReader(this.#parts.sqlite, this.#parts.lineage.tables);
    return this.#readId();
  }

  get sqlite(): Database {
    this.#lend();
    return this.#parts.sqlite;
  }

  get db(): Db<TTables> {
    this.#lend();
    this.#db ??= openDb(this.#parts.sqlite, this.#parts.lineage.tables);
    return this.#db;
  }

  /** Who has the connection itself may write, and begin a transaction. */
  #lend(): void {
    this.assertOpen();
    this.commits.settle();
    this.#walSync?.soon();
  }

  async flush(): Promise<void> {
    this.assertOpen();
    this.commits.settle();
    await this.#walSync?.whenDurable();
  }

  /** All that `work` writes in one commit, or nothing when it throws. */
  transaction<T>(work: () => T): T {
    this.assertOpen();
    try {
      return this.commits.batch(work);
    } catch (error) {
      throw isSqliteError(error) ? fileError(error, this.path, 'write') : error;
    }
  }

  seal(archiveDir: string, options: SealOptions): string {
    this.commits.settle();
    try {
      const closeFile = () => {
        this.#closeFile();
        onFile(this.path, () => this.#parts.newborn?.sync(), 'write');
      };
      return sealFile({ ...this.#parts, closeFile }, archiveDir, options);
    } finally {
      if (!this.#isOpen) this.#letGo();
    }
  }

  /** As `seal`, but what waits for the disk goes on aside: the session is closed when this returns. */
  sealAside(archiveDir: string, options: SealOptions): SealAside {
    this.commits.settle();
    markSealed(this.#parts, archiveDir, options);
    this.#isOpen = false;
    const whenDurable = async () => await this.#walSync?.lastDurable();
    const closeFile = () => this.#closeFile();
    const release = () => this.#parts.lock.release();
    return new SealAside({ ...this.#parts, archiveDir, whenDurable, closeFile, release });
  }

  #closeFile(): void {
    this.#isOpen = false;
    this.#parts.sqlite.close();
    this.#walSync?.forget();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.commits.settle();
    this.#isOpen = false;
    try {
      this.#parts.sqlite.close();
      onFile(
        this.path,
        () => {
          this.#walSync?.afterClose();
          this.#parts.newborn?.sync();
        },
        'write',
      );
    } finally {
      this.#letGo();
    }
  }

  #letGo(): void {
    this.#parts.lock.release();
    this.#parts.newborn?.letGo(this.path);
  }

  assertOpen(): void {
    if (this.#isOpen) return;
    throw new VarveError('SESSION_CLOSED', 'the session was closed', {
      path: this.path,
      hint: 'open it again with openSession, or read its archive with openArchive',
    });
  }
}
