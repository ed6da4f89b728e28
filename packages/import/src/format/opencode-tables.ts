import type { Database } from 'better-sqlite3';
import { openToRead } from './opencode-open.ts';

export type Row = Record<string, unknown>;

/** A database of opencode's, open to be read; its tables and columns differ by version. */
export class OpencodeTables {
  readonly sqlite: Database;
  readonly #columns = new Map<string, ReadonlySet<string>>();

  constructor(path: string) {
    this.sqlite = openToRead(path);
    this.sqlite.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  }

  [Symbol.dispose](): void {
    this.sqlite.close();
  }

  /** Whether there is a table with these columns. */
  has(table: string, ...columns: readonly string[]): boolean {
    const known = this.#columns.get(table) ?? new Set(this.#names('pragma_table_info(?)', table));
    this.#columns.set(table, known);
    return known.size > 0 && columns.every((column) => known.has(column));
  }

  /** Whether rows are found by a column. */
  hasIndex(table: string, column: string): boolean {
    const sql = 'pragma_index_list(?) AS list JOIN pragma_index_info(list.name) AS info WHERE info.seqno = 0';
    return this.#names(sql, table, 'info.name').includes(column);
  }

  /** A message and its parts in rows of their own. */
  get hasFirstStore(): boolean {
    return this.has('message', 'id', 'session_id', 'data') && this.has('part', 'message_id', 'data');
  }

  /** A row a message with all of its content, since opencode's second API. */
  get hasSecondStore(): boolean {
    return this.has('session_message', 'id', 'session_id', 'type', 'data');
  }

  /** Those that sessions stand in. Opencode 2 copies into one of its own, and leaves the first as it was. */
  get sessionTables(): readonly string[] {
    return ['session_v2', 'session'].filter((table) => this.has(table, 'id'));
  }

  #names(source: string, table: string, name = 'name'): readonly string[] {
    return this.sqlite.prepare<[string], string>(`SELECT ${name} FROM ${source}`).pluck().all(table);
  }
}
