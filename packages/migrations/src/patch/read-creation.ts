import { openMemory } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import type { CreatedRow, Creation } from './patch.ts';

/** Makes tables one at a time in an empty database and reads back the rows that they take in the schema. */
export class CreationReader {
  readonly #lineage: Lineage;
  readonly #known = new Map<string, readonly CreatedRow[]>();

  constructor(lineage: Lineage) {
    this.#lineage = lineage;
  }

  read(object: SchemaObject, over: string | undefined): Creation {
    if (object.type !== 'table') return { object, rows: [toRow(object)], over };
    const rows = this.#known.get(object.sql) ?? this.#readTable(object);
    this.#known.set(object.sql, rows);
    return { object, rows, over };
  }

  #readTable({ sql }: SchemaObject): readonly CreatedRow[] {
    const sqlite = openMemory();
    try {
      registerFunctions(sqlite, this.#lineage);
      sqlite.exec(sql);
      const hasRowid = sqlite.prepare(
        `SELECT wr = 0 FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%'`,
      );
      const page = hasRowid.pluck().get() === 1 ? 'table' : 'index';
      const rows = sqlite.prepare<[], Omit<CreatedRow, 'page'>>(
        `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema WHERE name <> 'sqlite_sequence' ORDER BY rowid`,
      );
      return rows.all().map((row) => ({ ...row, page: row.type === 'table' ? page : 'index' }));
    } finally {
      sqlite.close();
    }
  }
}

function toRow({ type, name, table, sql }: SchemaObject): CreatedRow {
  return { type, name, table, sql, page: type === 'index' ? 'index' : undefined };
}
