import { writeFileSync } from 'node:fs';
import { quoteIdentifier } from '@varve/migrations/internal';
import { type Database, openDatabase } from '../file/index.ts';

/**
 * Writes the rows of all ordinary tables into a new file whose texts are UTF-8, so that any connection can attach it:
 * SQLite attaches only what has the encoding of its main database, and changes none. Indexes, views and triggers, which
 * hold no rows, stay behind, and so do constraints. `from` is a private copy.
 */
export function copyAsUtf8(from: Database, path: string): void {
  writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
  const to = openDatabase(path);
  try {
    to.exec(`PRAGMA synchronous = OFF; PRAGMA encoding = 'UTF-8'; BEGIN`);
    for (const table of listTables(from)) copyTable(table, from, to);
    to.exec('COMMIT');
  } finally {
    to.close();
  }
}

function listTables(sqlite: Database): string[] {
  const tables = sqlite.prepare<[], string>(
    `SELECT name FROM pragma_table_list
     WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'`,
  );
  return tables.pluck().all();
}

/** What SQLite computes is copied as well: of a blob it may make another text in another encoding. */
function copyTable(name: string, from: Database, to: Database): void {
  const table = quoteIdentifier(name);
  const columns = readColumns(from, name);
  const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const declared = columns.map(({ name, type, coll }) =>
    [quoteIdentifier(name), type && quoteIdentifier(type), `COLLATE ${quoteIdentifier(coll)}`].join(' '),
  );
  to.exec(`CREATE TABLE ${table} (${declared.join(', ')})`);
  const insert = to.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`);
  const rows = from.prepare<[], unknown[]>(`SELECT ${list} FROM ${table}`);
  for (const row of rows.raw().safeIntegers().iterate()) insert.run(row);
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly coll: string;
}

/** No pragma tells a column's collation, but that of an index over the column does. */
function readColumns(sqlite: Database, table: string): Column[] {
  const columns = sqlite
    .prepare<[string], Omit<Column, 'coll'>>('SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1')
    .all(table);
  const list = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  sqlite.exec(`CREATE INDEX "varve seen" ON ${quoteIdentifier(table)} (${list})`);
  const terms = sqlite.pragma('index_xinfo("varve seen")') as { coll: string }[];
  sqlite.exec('DROP INDEX "varve seen"');
  return columns.map((column, at) => ({ ...column, coll: terms[at]?.coll ?? 'BINARY' }));
}
