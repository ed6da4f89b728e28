import { quoteIdentifier } from '@varve/migrations/internal';
import type { Database } from 'better-sqlite3';

/** An ordinary table of head, as SQLite describes it. */
export interface CellTable {
  readonly name: string;
  readonly columns: readonly CellColumn[];
}

export interface CellColumn {
  readonly name: string;
  /** Its place in the primary key; 0 for a column outside of it. */
  readonly keyPlace: number;
  readonly isGenerated: boolean;
}

export interface CellRow {
  /** What tells the row from the others: its key, as `seq 3`, or its place among the sorted rows. */
  readonly name: string;
  /** By column, with the storage class: `text "a"`, `integer 1`, `null`. */
  readonly cells: Readonly<Record<string, string>>;
  /** As SQLite has them, integers as bigint, in the order of the table's columns. */
  readonly values: readonly unknown[];
}

export function readTables(sqlite: Database): CellTable[] {
  const names = sqlite
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
       AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name <> '__drizzle_migrations' ORDER BY name`,
    )
    .pluck()
    .all();
  const columns = sqlite.prepare<[string], { name: string; pk: number; hidden: number }>(
    'SELECT name, pk, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1',
  );
  return names.map((name) => ({
    name,
    columns: columns.all(name).map((it) => ({ name: it.name, keyPlace: it.pk, isGenerated: it.hidden > 0 })),
  }));
}

/** Every row of a table, in an order that depends on the rows alone. */
export function readRows(sqlite: Database, { name, columns }: CellTable): CellRow[] {
  const list = columns.map((column) => quoteIdentifier(column.name));
  const rows = sqlite
    .prepare<[], unknown[]>(
      `SELECT ${list.flatMap((column) => [`typeof(${column})`, column]).join(', ')} FROM ${quoteIdentifier(name)}`,
    )
    .raw()
    .safeIntegers()
    .all();
  const read = rows.map((row) => {
    const values = columns.map((_, at) => row[2 * at + 1]);
    const cells = columns.map((column, at) => [column.name, renderCell(row[2 * at], values[at])]);
    return { cells: Object.fromEntries(cells) as CellRow['cells'], values, text: JSON.stringify(cells) };
  });
  return read
    .sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)))
    .map(({ cells, values }, at) => ({ name: nameRow(columns, cells, at), cells, values }));
}

function renderCell(storageClass: unknown, value: unknown): string {
  if (value === null) return 'null';
  if (Buffer.isBuffer(value)) return `blob x'${value.toString('hex')}'`;
  if (typeof value === 'string') return `${storageClass} ${JSON.stringify(value)}`;
  return `${storageClass} ${Object.is(value, -0) ? '-0' : String(value)}`;
}

function nameRow(columns: readonly CellColumn[], cells: CellRow['cells'], at: number): string {
  const key = columns.filter(({ keyPlace }) => keyPlace > 0).sort((a, b) => a.keyPlace - b.keyPlace);
  if (key.length === 0) return `number ${at + 1}`;
  return key.map(({ name }) => `${name} ${cells[name]?.replace(/^\w+ /, '')}`).join(', ');
}
