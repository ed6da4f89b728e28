import { quoteIdentifier } from '@varve/migrations/internal';
import { createInsertRowSchema, createUpdateRowSchema, isJsonColumn } from '@varve/schema';
import { decodeColumn, type PlainCheck, plainChecks } from '@varve/schema/internal';
import { type Column, getTableColumns, getTableName, is, SQL } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { z } from 'zod';
import { invalidRowError } from './row-error.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What a session adds to a row of a table on the timeline. */
export interface TimelinePlace {
  readonly seq: number;
  readonly sessionId: string;
}

export interface EncodedRow {
  /** The same text for the same set of columns. */
  readonly sql: string;
  readonly values: readonly unknown[];
  /** The value of the key column: null when SQLite is to give it, undefined where no single column is the key. */
  readonly key: unknown;
}

export interface EncodedChange {
  /** Takes the values, then the row's key. The same text for the same set of columns. */
  readonly sql: string;
  readonly values: readonly unknown[];
}

interface EncodedColumn {
  readonly key: string;
  readonly column: Column;
  /** Whether NULL is a value of its own there, the JSON null. */
  readonly holdsNull: boolean;
  encode(value: unknown): unknown;
}

const encoders = new WeakMap<SQLiteTable, RowEncoder>();

export function rowEncoderOf(table: SQLiteTable): RowEncoder {
  const known = encoders.get(table);
  if (known) return known;
  const encoder = new RowEncoder(table);
  encoders.set(table, encoder);
  return encoder;
}

/**
 * Turns rows of one table into what a prepared insert takes, as Drizzle's insert would, but with JSON values checked
 * once, together with the row, and the statement's text made once.
 */
export class RowEncoder {
  readonly tableName: string;
  readonly isTimeline: boolean;
  readonly #schema: z.ZodType<Row>;
  readonly #columns: readonly EncodedColumn[];
  readonly #checks: ReadonlyMap<string, PlainCheck>;
  readonly #nullable: ReadonlySet<string>;
  readonly #required: readonly string[];
  readonly #keyColumn: EncodedColumn | undefined;
  readonly #table: SQLiteTable;
  readonly #statements = new Map<string, string>();
  readonly #changes = new Map<string, string>();
  #changeSchema: z.ZodType<Row> | undefined;

  constructor(table: SQLiteTable) {
    const columns = getTableColumns(table);
    this.#table = table;
    this.tableName = getTableName(table);
    this.isTimeline = isTimelineTable(table);
    this.#schema = createInsertRowSchema(table) as z.ZodType<Row>;
    this.#columns = Object.entries(columns).flatMap(([key, column]) => {
      const holdsNull = column.notNull && isJsonColumn(column);
      return column.generated ? [] : [{ key, column, holdsNull, encode: encoderOf(column) }];
    });
    const keys = (has: (column: Column) => boolean) =>
      this.#columns.filter(({ column }) => has(column)).map(({ key }) => key);
    this.#checks = plainChecks(table);
    this.#nullable = new Set(keys(({ notNull }) => !notNull));
    this.#required = keys(({ notNull, hasDefault }) => notNull && !hasDefault);
    const keyColumns = this.#columns.filter(({ column }) => column.primary);
    this.#keyColumn = keyColumns.length === 1 ? keyColumns[0] : undefined;
  }

  /** Whether one column is the key, so that a row can be changed by it. */
  get hasKey(): boolean {
    return this.#keyColumn !== undefined;
  }

  /** @throws ROW_INVALID */
  encode(row: Row, place?: TimelinePlace): EncodedRow {
    const filled = place && Object.keys(place).find((key) => key in row);
    if (filled) throw invalidRowError(this.#table, { path: [filled], message: 'is filled by the session' });
    const whole = place ? { ...row, ...place } : row;
    if (this.#isPlain(whole) && this.#required.every((key) => whole[key] !== undefined))
      return this.#encodeParsed(whole);
    const parsed = this.#schema.safeParse(whole);
    if (!parsed.success) throw invalidRowError(this.#table, parsed.error.issues[0]);
    return this.#encodeParsed(parsed.data);
  }

  /** @throws ROW_INVALID */
  encodeChange(row: Row): EncodedChange {
    const data = this.#isPlain(row) ? row : this.#parseChange(row);
    const changed = this.#columns.filter(({ key }) => data[key] !== undefined);
    const values = changed.map((it) => encodeValue(it, data[it.key]));
    const keys = changed.map(({ key }) => key).join(',');
    return { sql: this.#changes.get(keys) ?? this.#writeChange(keys, changed), values };
  }

  #parseChange(row: Row): Row {
    this.#changeSchema ??= createUpdateRowSchema(this.#table) as z.ZodType<Row>;
    const parsed = this.#changeSchema.safeParse(row);
    if (!parsed.success) throw invalidRowError(this.#table, parsed.error.issues[0]);
    return parsed.data;
  }

  /** Whether the schema would take each value, and keep it as it is: almost always, and much cheaper to see than by it. */
  #isPlain(row: Row): boolean {
    for (const key of Object.keys(row)) {
      const check = this.#checks.get(key);
      const value = row[key];
      if (!check) return false;
      if (value !== undefined && !(value === null && this.#nullable.has(key)) && !check(value)) return false;
    }
    return true;
  }

  #writeChange(keys: string, changed: readonly EncodedColumn[]): string {
    const assignments = changed.map(({ column }) => `${quoteIdentifier(column.name)} = ?`);
    const into = quoteIdentifier(this.tableName);
    const where = quoteIdentifier(this.#keyColumn?.column.name ?? 'rowid');
    const sql = `UPDATE ${into} SET ${assignments.join(', ')} WHERE ${where} = ?`;
    this.#changes.set(keys, sql);
    return sql;
  }

  #encodeParsed(row: Row): EncodedRow {
    const values: unknown[] = [];
    let omitted = '';
    let key: unknown;
    for (const it of this.#columns) {
      let value = row[it.key];
      if (value === undefined) value = defaultOf(it.column);
      if (typeof value === 'object' && is(value, SQL)) {
        omitted += `${it.key},`;
        continue;
      }
      if (it === this.#keyColumn) key = value;
      values.push(encodeValue(it, value));
    }
    return { sql: this.#statements.get(omitted) ?? this.#writeStatement(omitted), values, key };
  }

  #writeStatement(omitted: string): string {
    const keys = new Set(omitted.split(','));
    const columns = this.#columns.filter(({ key }) => !keys.has(key));
    const names = columns.map(({ column }) => quoteIdentifier(column.name)).join(', ');
    const places = columns.map(() => '?').join(', ');
    const into = quoteIdentifier(this.tableName);
    const sql = names
      ? `INSERT INTO ${into} (${names}) VALUES (${places})`
      : `INSERT INTO ${into} DEFAULT VALUES`;
    this.#statements.set(omitted, sql);
    return sql;
  }

  /** The key as Drizzle would read it, from the rowid that SQLite gave. */
  decodeKey(rowid: number | bigint): unknown {
    return this.#keyColumn && decodeColumn(this.#keyColumn.column, rowid);
  }
}

/** A JSON column that may not be NULL holds the JSON null. */
function encodeValue({ holdsNull, encode }: EncodedColumn, value: unknown): unknown {
  return value === null && !holdsNull ? null : encode(value);
}

/** A table with both columns of `timelineColumns()` is on the timeline. */
export function isTimelineTable(table: SQLiteTable): boolean {
  const columns = getTableColumns(table);
  return 'seq' in columns && 'sessionId' in columns;
}

/** The row's own schema has checked JSON values already: no second pass through the column's schema. */
function encoderOf(column: Column): (value: unknown) => unknown {
  return isJsonColumn(column) ? JSON.stringify : (value) => column.mapToDriverValue(value);
}

/** As Drizzle's insert chooses it. An SQL expression is left to the table's own default. */
function defaultOf(column: Column): unknown {
  if (column.default !== undefined && column.default !== null) return column.default;
  if (column.defaultFn) return column.defaultFn();
  if (column.onUpdateFn) return column.onUpdateFn();
  return null;
}
