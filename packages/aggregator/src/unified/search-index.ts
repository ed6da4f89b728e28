import type { Database } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { HeadTable } from './head-table.ts';

/** The full-text index over the texts of a unified table: it keeps no copy of them. */
export interface SearchIndex {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
}

const prefix = '_search_';

/** What a unified file has an index of; empty unless search was asked for once. */
export function readSearchIndexes(sqlite: Database): SearchIndex[] {
  const names = sqlite
    .prepare(
      `SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%' AND name LIKE '~_search~_%' ESCAPE '~'`,
    )
    .pluck()
    .all() as string[];
  return names.sort().map((name) => ({
    table: name.slice(prefix.length),
    name,
    columns: sqlite.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name) as string[],
  }));
}

/** Makes an index of every table that holds texts, from the rows that are there. */
export function createSearchIndexes(sqlite: Database, tables: readonly HeadTable[]): void {
  for (const table of tables) {
    const columns = searchedColumns(table).map(quoteIdentifier).join(', ');
    if (columns === '') continue;
    const name = quoteIdentifier(prefix + table.name);
    const content = `content=${quoteText(table.name)}, content_rowid='rowid'`;
    sqlite.exec(`CREATE VIRTUAL TABLE ${name} USING fts5(${columns}, ${content})`);
  }
  refillSearchIndexes(sqlite);
}

/** Makes the indexes say what the tables hold, whatever they said before. */
export function refillSearchIndexes(sqlite: Database): void {
  for (const index of readSearchIndexes(sqlite)) {
    const name = quoteIdentifier(index.name);
    sqlite.exec(`INSERT INTO ${name} (${name}) VALUES ('rebuild')`);
  }
}

/** Before anything else is dropped: an index takes its own tables with it. */
export function dropSearchIndexes(sqlite: Database): void {
  for (const { name } of readSearchIndexes(sqlite)) sqlite.exec(`DROP TABLE ${quoteIdentifier(name)}`);
}

/** The statement that adds the rows of an archive to an index. */
export function indexRowsSql(index: SearchIndex): string {
  const { name, columns } = quoted(index);
  return `INSERT INTO main.${name} (rowid, ${columns}) ${selectRows(index, 'rowid')}`;
}

/** The statement that takes them out again: before the rows go, for the index reads from them what it held. */
export function forgetRowsSql(index: SearchIndex): string {
  const { name, columns } = quoted(index);
  return `INSERT INTO main.${name} (${name}, rowid, ${columns}) ${selectRows(index, `'delete', rowid`)}`;
}

function selectRows(index: SearchIndex, key: string): string {
  const { columns, table } = quoted(index);
  return `SELECT ${key}, ${columns} FROM main.${table} WHERE "_archive" = ?`;
}

function quoted({ name, columns, table }: SearchIndex): { name: string; columns: string; table: string } {
  return {
    name: quoteIdentifier(name),
    columns: columns.map(quoteIdentifier).join(', '),
    table: quoteIdentifier(table),
  };
}

/** Texts, but not the ids by which rows refer to each other; names that FTS5 keeps for itself cannot be columns of it. */
function searchedColumns({ columns, primaryKey, foreignKeys }: HeadTable): string[] {
  const keys = new Set([...primaryKey.map(({ name }) => name), ...foreignKeys.flatMap(({ from }) => from)]);
  return columns
    .filter(
      ({ name, type }) => /CHAR|CLOB|TEXT/i.test(type) && !keys.has(name) && !/^(rank|rowid)$/i.test(name),
    )
    .map(({ name }) => name);
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
