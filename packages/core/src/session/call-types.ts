import type { TableModule } from '@varve/migrations';
import type { Table } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { RecordValues, Row } from '../row/index.ts';

/** What is known of a call when it has ended; what happened may be told, what is not told is measured. */
type EndKey = 'result' | 'status' | 'errorType' | 'errorMessage' | 'durationMs';

/** What is known of a call when it begins: its row, without how it ends. */
export type BeginValues<TTable extends Table> = Omit<RecordValues<TTable>, EndKey>;

/** What is known of a call when it has ended: any column of its row. */
export type EndValues<TTable extends Table> = Partial<RecordValues<TTable>>;

/** A call that has begun. None of its methods throws; the first of `end` and `fail` counts. */
export interface RunningCall<TTable extends Table> {
  /** The key of the call's row; undefined while there is none, because it could not be recorded. */
  readonly seq: number | undefined;
  /** Completes the row: `status` is `ok` and `durationMs` the time since `begin`, unless given. */
  end(values?: EndValues<TTable>): void;
  /**
   * Completes the row by what went wrong: `status` is `error`, or `cancelled` for an `AbortError`, unless given;
   * `errorType` is the error's code or class.
   */
  fail(error: unknown, values?: EndValues<TTable>): void;
}

/** What the caller knows about a tool call: the row of the lineage's `toolCalls` table, without how it ends. */
export type ToolCallOptions<TTables extends TableModule> = TTables extends {
  toolCalls: infer TTable extends SQLiteTable;
}
  ? BeginValues<TTable>
  : Row;

/** What the caller knows about a model call: the row of the lineage's `modelCalls` table, without how it ends. */
export type ModelCallOptions<TTables extends TableModule> = TTables extends {
  modelCalls: infer TTable extends SQLiteTable;
}
  ? BeginValues<TTable>
  : Row;

/** What is known about a model call when it has ended. */
export type ModelCallEnd<TTables extends TableModule> = TTables extends {
  modelCalls: infer TTable extends SQLiteTable;
}
  ? EndValues<TTable>
  : Row;
