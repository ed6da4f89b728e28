import type { TableModule } from '@varve/migrations';
import type { Statement } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { fileError } from '../file/file-error.ts';
import type { Database } from '../file/open-database.ts';
import { type EncodedRow, type Row, type RowEncoder, rowEncoderOf } from '../row/row-encoder.ts';
import { constraintError } from '../row/row-error.ts';
import { Timeline } from './timeline.ts';

/** Appends validated rows to the tables of one open file. */
export class Recorder {
  readonly #sqlite: Database;
  readonly #path: string;
  readonly #tables: ReadonlySet<unknown>;
  readonly #statements = new Map<string, Statement>();
  readonly timeline: Timeline;

  constructor(sqlite: Database, tables: TableModule, path: string) {
    this.#sqlite = sqlite;
    this.#path = path;
    this.#tables = new Set(Object.values(tables));
    this.timeline = new Timeline(sqlite, tables, path);
  }

  /** @throws TABLE_UNKNOWN, ROW_INVALID; FILE_BUSY and other errors of the file */
  record(table: SQLiteTable, row: Row): unknown {
    if (!this.#tables.has(table)) throw unknownTableError(table);
    const encoder = rowEncoderOf(table);
    const encoded = encoder.encode(row, encoder.isTimeline ? this.timeline.next() : undefined);
    return this.#insert(table, encoder, encoded);
  }

  #insert(table: SQLiteTable, encoder: RowEncoder, { sql, values, key }: EncodedRow): unknown {
    try {
      const { lastInsertRowid } = this.#statement(sql).run(values);
      return key === null ? encoder.decodeKey(lastInsertRowid) : key;
    } catch (error) {
      // Rows may have been written past the recorder: the next row counts from what is there.
      this.timeline.forget();
      throw constraintError(fileError(error, this.#path, 'write'), table);
    }
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#sqlite.prepare(sql);
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
