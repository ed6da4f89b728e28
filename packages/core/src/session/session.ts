import type { Lineage, TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import type { Database } from '../file/open-database.ts';
import type { WriterLock } from '../lock/held-lock.ts';
import type { Row } from '../row/row-encoder.ts';
import type { RecordKey, RecordValues, TableOf } from '../row/table-types.ts';
import { Recorder } from './recorder.ts';
import { type SealOptions, sealFile } from './seal.ts';
import { readSessionId } from './timeline.ts';
import { type CallOutcome, callTool, type RecordRow, type ToolCallOptions } from './tool-call.ts';

export interface SessionParts<TTables extends TableModule> {
  readonly path: string;
  readonly lineage: Lineage<TTables>;
  readonly sqlite: Database;
  readonly lock: WriterLock;
}

/**
 * The one writer of a live session file. Every recorded row is on the disk when `record` returns. Close it, or seal
 * it; `using` closes it.
 */
export class Session<TTables extends TableModule = TableModule> {
  readonly path: string;
  readonly #parts: SessionParts<TTables>;
  readonly #recorder: Recorder;
  #db: BetterSQLite3Database<TTables> | undefined;
  #isOpen = true;

  constructor(parts: SessionParts<TTables>) {
    this.path = parts.path;
    this.#parts = parts;
    this.#recorder = new Recorder(parts.sqlite, parts.lineage.tables, parts.path);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The id in the session row; undefined when the file has none. */
  get id(): string | undefined {
    return readSessionId(this.sqlite, this.#parts.lineage.tables);
  }

  /** The connection itself. */
  get sqlite(): Database {
    this.#assertOpen();
    return this.#parts.sqlite;
  }

  /** Drizzle over the file, with the lineage's tables for relational queries. */
  get db(): BetterSQLite3Database<TTables> {
    this.#assertOpen();
    this.#db ??= drizzle(this.#parts.sqlite, { schema: this.#parts.lineage.tables });
    return this.#db;
  }

  /**
   * Appends a row, validated by the table's zod schema, in one durable commit; inside `sqlite.transaction` it belongs
   * to that. In a table on the timeline the session fills `seq` and `sessionId`. Returns the row's key.
   *
   * @throws ROW_INVALID with `details.table`, `details.column` and `details.path`, and nothing is recorded;
   * TABLE_UNKNOWN, SESSION_CLOSED, FILE_BUSY
   */
  record<TTable extends TableOf<TTables>>(table: TTable, values: RecordValues<TTable>): RecordKey<TTable> {
    this.#assertOpen();
    return this.#recorder.record(table, values as Row) as RecordKey<TTable>;
  }

  /**
   * Runs a tool and records the call, timed, when it has ended: its result, or the type and message of what it threw,
   * which is then thrown on. A result that the column's schema refuses counts as a failure of the call.
   *
   * @throws what the tool throws; ROW_INVALID, TABLE_UNKNOWN, SESSION_CLOSED
   */
  async callTool<TResult>(
    call: ToolCallOptions<TTables>,
    run: () => TResult | Promise<TResult>,
  ): Promise<CallOutcome<TResult>> {
    this.#assertOpen();
    const record: RecordRow = (table, row) => {
      this.#assertOpen();
      return this.#recorder.record(table, row);
    };
    return callTool(record, this.#parts.lineage.tables, call as Row, run);
  }

  /**
   * Ends the session: marks its row, leaves WAL mode, checks the file, forces it to the disk, makes it read-only and
   * moves it into a folder, where it stands alone. Returns the path of the archive; the session is closed. After a
   * failure the session is either open as before, or closed with its file in place for `recoverSessions`.
   *
   * @throws ARCHIVE_EXISTS, FILE_BUSY while a reader has the file open, FILE_CORRUPT, FILE_READ_ONLY, SESSION_CLOSED
   */
  seal(archiveDir: string, options: SealOptions = {}): string {
    this.#assertOpen();
    const closeFile = () => {
      this.#isOpen = false;
      this.#parts.sqlite.close();
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
