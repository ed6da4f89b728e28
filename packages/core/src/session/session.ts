import { dirname, join } from 'node:path';
import type { TableModule } from '@varve/migrations';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../file/index.ts';
import type { Db } from '../orm/index.ts';
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
import { Recorder } from './recorder.ts';
import { type CallOutcome, runCall } from './run-call.ts';
import type { SealOptions, StoreSealOptions } from './seal.ts';
import { SessionFile, type SessionParts } from './session-file.ts';
import { linkSession } from './session-links.ts';

/**
 * The one writer of a live session file. Every recorded row is on the disk when `record` returns, unless `durability`
 * says otherwise. Close it, or seal it; `using` closes it.
 */
export class Session<TTables extends TableModule = TableModule> {
  readonly path: string;
  readonly #file: SessionFile<TTables>;
  readonly #tables: TTables;
  readonly #recorder: Recorder;
  readonly #calls: Calls;

  constructor(parts: SessionParts<TTables>) {
    const { path, sqlite, lineage, options } = parts;
    const file = new SessionFile(parts);
    this.path = path;
    this.#file = file;
    this.#tables = lineage.tables;
    this.#recorder = new Recorder({
      path,
      sqlite,
      tables: lineage.tables,
      redact: options.redact,
      report: file.report,
      commits: file.commits,
      assertOpen: () => file.assertOpen(),
    });
    this.#calls = new Calls(this.#recorder);
    file.onLoss = () => this.#recorder.timeline.forget();
    linkSession(this, file, this.#calls);
  }

  get isOpen(): boolean {
    return this.#file.isOpen;
  }

  /** The id in the session row; undefined when the file has none. */
  get id(): string | undefined {
    return this.#file.id;
  }

  /** The connection itself. */
  get sqlite(): Database {
    return this.#file.sqlite;
  }

  /** Drizzle over the file, with the lineage's tables for relational queries. */
  get db(): Db<TTables> {
    return this.#file.db;
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
    this.#file.assertOpen();
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
    try {
      return this.#file.transaction(work);
    } catch (error) {
      this.#recorder.timeline.forget();
      throw error;
    }
  }

  /**
   * What was written before is on the disk when this resolves, and the process is not blocked for it: for a session whose
   * `durability` is `process`; else it is there already.
   *
   * @throws DISK_FULL and other errors of the file, SESSION_CLOSED
   */
  async flush(): Promise<void> {
    await this.#file.flush();
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
    const { toolCalls } = this.#tables;
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
    const { modelCalls } = this.#tables;
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
    this.#file.assertOpen();
    if (options.underWay === 'interrupt') this.#calls.interrupt();
    this.#calls.assertNone(this.path);
    return this.#file.seal(archiveDir, options);
  }

  /** Closes the file, unsealed: `openSession` continues it. Closing twice is nothing. */
  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
