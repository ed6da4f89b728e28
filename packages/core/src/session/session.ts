import { dirname, join } from 'node:path';
import type { Lineage, TableModule } from '@varve/migrations';
import { isSqliteError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Database, fileError } from '../file/index.ts';
import type { WriterLock } from '../lock/index.ts';
import { type Db, openDb } from '../orm/index.ts';
import type { RecordKey, RecordValues, Row, TableOf } from '../row/index.ts';
import { isStoreUrl, type StoreUrl, sealToStore } from '../store/index.ts';
import type {
  BeginValues,
  ModelCallEnd,
  ModelCallOptions,
  RunningCall,
  ToolCallOptions,
} from './call-types.ts';
import { Calls } from './calls.ts';
import { errorReporter, type RecordOptions } from './record-options.ts';
import { Recorder } from './recorder.ts';
import { type CallOutcome, runCall } from './run-call.ts';
import { type SealOptions, type StoreSealOptions, sealFile } from './seal.ts';
import { sessionIdReader } from './timeline.ts';
import { WalSync } from './wal-sync.ts';

export interface SessionParts<TTables extends TableModule> {
  readonly path: string;
  readonly lineage: Lineage<TTables>;
  readonly sqlite: Database;
  readonly lock: WriterLock;
  readonly options: RecordOptions;
}

/**
 * The one writer of a live session file. Every recorded row is on the disk when `record` returns, unless `durability`
 * says otherwise. Close it, or seal it; `using` closes it.
 */
export class Session<TTables extends TableModule = TableModule> {
  readonly path: string;
  readonly #parts: SessionParts<TTables>;
  readonly #recorder: Recorder;
  readonly #calls: Calls;
  /** Where commits are forced to the disk aside. */
  readonly #walSync: WalSync | undefined;
  #db: Db<TTables> | undefined;
  #readId: (() => string | undefined) | undefined;
  #isOpen = true;

  constructor(parts: SessionParts<TTables>) {
    this.path = parts.path;
    this.#parts = parts;
    const { redact, onRecordError, durability } = parts.options;
    const report = errorReporter(parts.path, onRecordError);
    if (durability === 'process') this.#walSync = new WalSync(parts.sqlite, report);
    this.#recorder = new Recorder({
      path: parts.path,
      sqlite: parts.sqlite,
      tables: parts.lineage.tables,
      redact,
      report,
      onWrite: () => this.#walSync?.soon(),
      assertOpen: () => this.#assertOpen(),
    });
    this.#calls = new Calls(this.#recorder);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The id in the session row; undefined when the file has none. */
  get id(): string | undefined {
    this.#assertOpen();
    this.#readId ??= sessionIdReader(this.#parts.sqlite, this.#parts.lineage.tables);
    return this.#readId();
  }

  /** The connection itself. */
  get sqlite(): Database {
    this.#assertOpen();
    this.#walSync?.soon();
    return this.#parts.sqlite;
  }

  /** Drizzle over the file, with the lineage's tables for relational queries. */
  get db(): Db<TTables> {
    this.#assertOpen();
    this.#walSync?.soon();
    this.#db ??= openDb(this.#parts.sqlite, this.#parts.lineage.tables);
    return this.#db;
  }

  /**
   * Appends a row, validated by the table's zod schema, in one durable commit; inside `batch` it belongs to that. In a
   * table on the timeline the session fills `seq` and `sessionId`, and inside `callTool` and `callModel` the columns that
   * name the call, unless given. Returns the row's key.
   *
   * @throws ROW_INVALID with `details.table`, `details.column` and `details.path`, and nothing is recorded;
   * TABLE_UNKNOWN, SESSION_CLOSED, FILE_BUSY, DISK_FULL
   */
  record<TTable extends TableOf<TTables>>(table: TTable, values: RecordValues<TTable>): RecordKey<TTable> {
    this.#assertOpen();
    return this.#recorder.record(table, values as Row) as RecordKey<TTable>;
  }

  /**
   * As `record`, but it never throws: JSON is made of what is none by `toJson`, a column that refuses its value is left
   * out where it may be, and `onRecordError` is told of that, and of a row that could not be recorded at all.
   */
  tryRecord<TTable extends TableOf<TTables>>(
    table: TTable,
    values: RecordValues<TTable>,
  ): RecordKey<TTable> | undefined {
    return this.#recorder.tryRecord(table, values as Row) as RecordKey<TTable> | undefined;
  }

  /**
   * Records many rows in one durable commit: all that `work` records, or nothing when it throws. It is synchronous;
   * batches inside each other belong to the outermost. Returns what `work` returns.
   *
   * @throws what `work` throws; FILE_BUSY, DISK_FULL, SESSION_CLOSED
   */
  batch<T>(work: () => T): T {
    this.#assertOpen();
    try {
      const result = this.#parts.sqlite.transaction(work)();
      // Rows may have told of it before it was committed.
      this.#walSync?.soon();
      return result;
    } catch (error) {
      this.#recorder.timeline.forget();
      throw isSqliteError(error) ? fileError(error, this.path, 'write') : error;
    }
  }

  /**
   * What was written before is on the disk when this resolves, and the process is not blocked for it: for a session whose
   * `durability` is `process`; else it is there already.
   *
   * @throws DISK_FULL and other errors of the file, SESSION_CLOSED
   */
  async flush(): Promise<void> {
    this.#assertOpen();
    await this.#walSync?.whenDurable();
  }

  /**
   * Records the begin of a call in a row of its own, as `running`, for code that is told of events: `end` or `fail` of
   * what it returns completes the row. Two commits. A table without a status `running` gets its row at the end. Never
   * throws: what cannot be recorded is for `onRecordError`.
   */
  begin<TTable extends TableOf<TTables>>(table: TTable, values: BeginValues<TTable>): RunningCall<TTable> {
    return this.#calls.begin(table, values as Row) as RunningCall<TTable>;
  }

  /**
   * Runs a tool and records the call: its row when it begins, completed when it has ended by its result and the time it
   * took, or by the type and message of what it threw. What is stored of arguments and result is what `toJson` makes of
   * them. Rows recorded inside name the call. Returns what the tool returns and throws what it throws, and nothing else:
   * what cannot be recorded is for `onRecordError`.
   */
  callTool<TResult>(
    call: ToolCallOptions<TTables>,
    run: () => TResult | Promise<TResult>,
  ): Promise<CallOutcome<TResult>> {
    const { toolCalls } = this.#parts.lineage.tables;
    const record = this.#calls.begin(toolCalls as SQLiteTable, call as Row);
    const describe = (result: TResult): Row => ({ result: result ?? null });
    return runCall(record, this.#recorder.context, { toolCallSeq: record.seq }, run, describe);
  }

  /**
   * Runs a request to a model and records the call as `callTool` does. `describe` reads from the answer what the row
   * holds of it: usage, finish reasons, the model that answered.
   */
  callModel<TResult>(
    call: ModelCallOptions<TTables>,
    run: () => TResult | Promise<TResult>,
    describe: (result: TResult) => ModelCallEnd<TTables> = () => ({}) as ModelCallEnd<TTables>,
  ): Promise<CallOutcome<TResult>> {
    const { modelCalls } = this.#parts.lineage.tables;
    const record = this.#calls.begin(modelCalls as SQLiteTable, call as Row);
    return runCall(record, this.#recorder.context, { modelCallSeq: record.seq }, run, (result) => {
      try {
        return describe(result) as Row;
      } catch (error) {
        this.#recorder.report(error);
        return {};
      }
    });
  }

  /**
   * Ends the session: marks its row, leaves WAL mode, checks the file, forces it to the disk, makes it read-only and
   * moves it into a folder, where it stands alone. Returns the path of the archive; the session is closed. After a
   * failure the session is either open as before, or closed with its file in place for `recoverSessions`.
   *
   * Into a bucket, `s3://bucket/prefix`, it is sealed into a folder of this machine first, `outbox` beside the session, and
   * goes from there when the bucket has it: what is left there after a failure, `varve push` puts into the bucket. Returns a
   * promise of its address; `layout` says where below the prefix it lies, by its day unless given.
   *
   * @throws CALLS_UNDER_WAY with `details.calls` while a call has begun and not ended, unless `underWay` says what to do;
   * ARCHIVE_EXISTS, FILE_BUSY while a reader has the file open, FILE_CORRUPT, FILE_READ_ONLY, DISK_FULL, SESSION_CLOSED
   */
  seal(archiveDir: StoreUrl, options?: StoreSealOptions): Promise<string>;
  seal(archiveDir: string, options?: SealOptions): string;
  seal(archiveDir: string, options: StoreSealOptions = {}): string | Promise<string> {
    return isStoreUrl(archiveDir)
      ? this.#sealToStore(archiveDir, options)
      : this.#sealHere(archiveDir, options);
  }

  async #sealToStore(where: StoreUrl, options: StoreSealOptions): Promise<string> {
    const { outbox = join(dirname(this.path), 'outbox'), layout = 'date' } = options;
    return sealToStore(this.#sealHere(outbox, options), where, layout);
  }

  #sealHere(archiveDir: string, options: SealOptions): string {
    this.#assertOpen();
    if (options.underWay === 'interrupt') this.#calls.interrupt();
    this.#calls.assertNone(this.path);
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

  /** Closes the file, unsealed: `openSession` continues it. Closing twice is nothing. */
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

  [Symbol.dispose](): void {
    this.close();
  }

  #assertOpen(): void {
    if (this.#isOpen) return;
    throw new VarveError('SESSION_CLOSED', 'the session was closed', {
      path: this.path,
      hint: 'open it again with openSession, or read its archive with openArchive',
    });
  }
}
