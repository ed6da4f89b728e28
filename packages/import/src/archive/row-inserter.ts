import { quoteIdentifier } from '@varve/migrations/internal';
import { isJsonColumn } from '@varve/schema';
import type { Database, Statement } from 'better-sqlite3';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

interface StoredColumn {
  readonly key: string;
  readonly name: string;
  readonly fallback: unknown;
  readonly isJson: boolean;
}

type Values = Readonly<Record<string, unknown>>;

/** Inserts rows into one table as they are, checked by nobody: what makes them is trusted, and there may be millions. */
export class RowInserter {
  readonly #sqlite: Database;
  readonly #table: string;
  readonly #columns: readonly StoredColumn[];
  /** By which columns they fill: most rows leave most of them empty, and to bind a null takes as long as a number. */
  readonly #inserts = new Map<number, Statement>();
  readonly #updates = new Map<string, Statement>();

  constructor(sqlite: Database, table: SQLiteTable) {
    this.#sqlite = sqlite;
    this.#table = quoteIdentifier(getTableName(table));
    this.#columns = Object.entries(getTableColumns(table)).map(([key, column]) => {
      const fallback = column.default === undefined ? null : toStored(column.default);
      return { key, name: quoteIdentifier(column.name), fallback, isJson: isJsonColumn(column) };
    });
  }

  insert(row: Values): void {
    const values: unknown[] = [];
    let filled = 0;
    for (let at = 0; at < this.#columns.length; at++) {
      const { key, fallback, isJson } = this.#columns[at] as StoredColumn;
      const told = row[key];
      const value = told === undefined ? fallback : told;
      if (value === null && fallback === null) continue;
      filled += 2 ** at;
      values.push(isJson && isLong(value) ? Buffer.from(value) : toStored(value));
    }
    this.#insertOf(filled).run(values);
  }

  #insertOf(filled: number): Statement {
    const known = this.#inserts.get(filled);
    if (known) return known;
    const columns = this.#columns.filter((_, at) => Math.floor(filled / 2 ** at) % 2 === 1);
    const names = columns.map(({ name }) => name).join(', ');
    // JSON may come in UTF-8.
    const places = columns.map(({ isJson }) => (isJson ? 'CAST(? AS TEXT)' : '?')).join(', ');
    const insert = this.#sqlite.prepare(`INSERT INTO ${this.#table} (${names}) VALUES (${places})`);
    this.#inserts.set(filled, insert);
    return insert;
  }

  /** Changes some columns of the row with this `seq`. */
  update(seq: number, values: Values): void {
    const changed = this.#columns.filter(({ key }) => values[key] !== undefined);
    const names = changed
      .map(({ name, isJson }) => `${name} = ${isJson ? 'CAST(? AS TEXT)' : '?'}`)
      .join(', ');
    if (names === '') return;
    let statement = this.#updates.get(names);
    if (!statement) {
      statement = this.#sqlite.prepare(`UPDATE ${this.#table} SET ${names} WHERE "seq" = ?`);
      this.#updates.set(names, statement);
    }
    statement.run([...changed.map(({ key }) => toStored(values[key])), seq]);
  }
}

/** SQLite's driver takes longer to encode a text than Node does. */
function isLong(value: unknown): value is string {
  return typeof value === 'string' && value.length > 128;
}

function toStored(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}
