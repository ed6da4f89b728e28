import type { TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import type { Statement } from 'better-sqlite3';
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Database, fileError } from '../file/index.ts';
import { type Redact, redactRow } from '../redact/index.ts';
import {
  constraintError,
  type EncodedRow,
  lenientRow,
  type Row,
  type RowEncoder,
  rowEncoderOf,
  withoutRefused,
} from '../row/index.ts';
import { CallContext } from './call-context.ts';
import type { Commits } from './commits.ts';
import type { ReportError } from './record-options.ts';
import { Timeline } from './timeline.ts';
import { withPath } from './with-path.ts';

export interface RecorderParts {
  readonly sqlite: Database;
  readonly tables: TableModule;
  readonly path: string;
  readonly redact: Redact | undefined;
  readonly report: ReportError;
  readonly commits: Commits;
  /** @throws SESSION_CLOSED */
  readonly assertOpen: () => void;
}

/** Writes validated rows to the tables of one open file. */
export class Recorder {
  readonly timeline: Timeline;
  readonly context = new CallContext();
  /** Tells of what could not be recorded. Never throws. */
  readonly report: ReportError;
  readonly #parts: RecorderParts;
  readonly #tables: ReadonlySet<unknown>;
  readonly #statements = new Map<string, Statement>();

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.report = parts.report;
    this.#tables = new Set(Object.values(parts.tables).filter((it) => is(it, SQLiteTable)));
    this.timeline = new Timeline(parts.sqlite, parts.tables, parts.path);
  }

  /** @throws TABLE_UNKNOWN, ROW_INVALID, SESSION_CLOSED; FILE_BUSY and other errors of the file */
  record(table: SQLiteTable, row: Row): unknown {
    try {
      const key = this.#append(table, this.#redacted(table, this.context.fill(table, row)));
      this.hurry();
      return key;
    } catch (error) {
      throw withPath(error, this.#parts.path);
    }
  }

  /** What was recorded is committed at once, or with the batch that it is in. */
  hurry(): void {
    this.#parts.commits.hurry();
  }

  /**
   * Appends what of the row can be appended, and reports the rest. Undefined when nothing was. `isLenient` says that
   * `lenientRow` made it.
   */
  tryRecord(table: SQLiteTable, given: Row, { isLenient = false } = {}): unknown {
    const { report } = this;
    try {
      this.#assertRecordable(table);
      const filled = this.context.fill(table, given);
      const row = this.#redacted(table, isLenient ? filled : lenientRow(table, filled, report));
      return withoutRefused(table, row, report, (left) => this.#append(table, left));
    } catch (error) {
      report(error);
      return undefined;
    }
  }

  /** Changes the row of this key as far as it can be changed, and reports the rest. False when there is no such row. */
  tryChange(table: SQLiteTable, key: unknown, given: Row): boolean {
    const { report } = this;
    try {
      this.#assertRecordable(table);
      const row = this.#redacted(table, lenientRow(table, given, report));
      return withoutRefused(table, row, report, (left) => this.#change(table, key, left));
    } catch (error) {
      report(error);
      return true;
    }
  }

  #append(table: SQLiteTable, row: Row): unknown {
    this.#assertRecordable(table);
    const encoder = rowEncoderOf(table);
    const place = encoder.isTimeline ? this.timeline.next() : undefined;
    const key = this.#insert(table, encoder, encoder.encode(row, place));
    if (place) this.timeline.advance(place);
    return key;
  }

  #insert(table: SQLiteTable, encoder: RowEncoder, { sql, values, key }: EncodedRow): unknown {
    const { commits } = this.#parts;
    try {
      commits.willWrite();
      const { lastInsertRowid } = this.#statement(sql).run(values);
      commits.hasWritten();
      return key === null ? encoder.decodeKey(lastInsertRowid) : key;
    } catch (error) {
      // Rows may have been written past the recorder: the next row counts from what is there.
      this.timeline.forget();
      commits.failed(error);
      throw constraintError(fileError(error, this.#parts.path, 'write'), table);
    }
  }

  #change(table: SQLiteTable, key: unknown, row: Row): boolean {
    this.#assertRecordable(table);
    const { sql, values } = rowEncoderOf(table).encodeChange(row);
    const { commits } = this.#parts;
    try {
      commits.willWrite();
      const { changes } = this.#statement(sql).run(...values, key);
      commits.hasWritten();
      return changes > 0;
    } catch (error) {
      commits.failed(error);
      throw constraintError(fileError(error, this.#parts.path, 'write'), table);
    }
  }

  #redacted(table: SQLiteTable, row: Row): Row {
    const { redact } = this.#parts;
    return redact ? redactRow(redact, getTableName(table), row) : row;
  }

  #assertRecordable(table: SQLiteTable): void {
    this.#parts.assertOpen();
    if (!this.#tables.has(table)) throw unknownTableError(table);
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#parts.sqlite.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function unknownTableError(table: unknown): VarveError {
  const name = is(table, SQLiteTable) ? getTableName(table) : String(table);
  return new VarveError('TABLE_UNKNOWN', `table ${name} is not one of the lineage's tables`, {
    hint: "pass a table that the lineage's schema module exports",
    details: { table: name },
  });
}
